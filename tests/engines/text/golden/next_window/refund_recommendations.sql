DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`refund_recommendations`;

select day from (select distinct delivered_day as day from `caspersdev`.`recommender`.`refund_candidates` where load_number > 1) as affected where day is not null;

select day from (select distinct delivered_day as day from `caspersdev`.`recommender`.`refund_recommendations` except select distinct delivered_day as day from `caspersdev`.`recommender`.`refund_candidates`) as affected where day is not null;

insert into `caspersdev`.`recommender`.`refund_recommendations`
    replace where delivered_day in (date '2026-11-20')
    select `order_id`, `ts`, `order_ts`, `agent_response`, `refund_usd`, `refund_class`, `reason`, `location_id`, `delivered_day`, `total_minutes`, `order_revenue`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `load_number` from `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp`;

drop table if exists `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp`;
