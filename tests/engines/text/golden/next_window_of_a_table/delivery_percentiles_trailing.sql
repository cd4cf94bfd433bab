select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'delivery_percentiles_trailing' union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'delivery_percentiles_trailing' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'delivery_percentiles_trailing' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('delivery_percentiles_trailing', 'gold_delivery_times_day', 'silver_order_timeline') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`recommender`.`delivery_percentiles_trailing`;

-- (as in next_window: create or replace temporary view `delivery_percentiles_trailing__dbt_tmp` as)

DESCRIBE TABLE EXTENDED `delivery_percentiles_trailing__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'delivery_percentiles_trailing', 7, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'refund_candidates', 'key_name', 'partition', 'key_value', cast(day as string)))) as change from `caspersdev`.`recommender`.`delivery_percentiles_trailing` where day in (date '2026-11-20') union all select explode(array(named_struct('affected_model', 'refund_candidates', 'key_name', 'partition', 'key_value', cast(day as string)))) as change from `delivery_percentiles_trailing__dbt_tmp`) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`recommender`.`delivery_percentiles_trailing` replace where day in (date '2026-11-20') select `location_id`, `day`, `deliveries`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `usual_kitchen_minutes`, `usual_pickup_minutes`, `usual_drive_minutes` from `delivery_percentiles_trailing__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('delivery_percentiles_trailing', 'gold_delivery_times_day', 2, 7, '[{"partition": "day"}]'), ('delivery_percentiles_trailing', 'silver_order_timeline', 2, 7, '[{"partition": "delivered_day", "days_after": "7"}]');
