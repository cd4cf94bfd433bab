DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`refund_recommendations`;

select day from (select distinct delivered_day as day from `caspersdev`.`recommender`.`refund_candidates` where load_number > 1) as affected where day is not null;

select day from (select distinct delivered_day as day from `caspersdev`.`recommender`.`refund_recommendations` except select distinct delivered_day as day from `caspersdev`.`recommender`.`refund_candidates`) as affected where day is not null;

select 'nothing is affected' as nothing;

drop table if exists `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp`;
