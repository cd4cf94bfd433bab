select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_data_quality_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_data_quality_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_data_quality_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_data_quality_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_data_quality_day', 'landed_lines', 'silver_order_timeline', 'rejection_reasons') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`lakeflow`.`gold_data_quality_day`;

select 'rejection_reasons' as seed, concat(cast(count(*) as string), ':',
        cast(coalesce(sum((
        cast(conv(concat(substring(md5(to_json(struct(content.*))), 31, 2),substring(md5(to_json(struct(content.*))), 29, 2),substring(md5(to_json(struct(content.*))), 27, 2),substring(md5(to_json(struct(content.*))), 25, 2),substring(md5(to_json(struct(content.*))), 23, 2),substring(md5(to_json(struct(content.*))), 21, 2),substring(md5(to_json(struct(content.*))), 19, 2),substring(md5(to_json(struct(content.*))), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(to_json(struct(content.*))), 18, 1), 16, 10) as bigint) div 2
    ) % 1000000007), 0) as string))
    as fingerprint from `caspersdev`.`simulator`.`rejection_reasons` as content;

-- (as in next_window: create or replace temporary view `gold_data_quality_day__dbt_tmp` as)

DESCRIBE TABLE EXTENDED `gold_data_quality_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_data_quality_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_data_quality_day` AS JSON;

insert into `caspersdev`.`lakeflow`.`gold_data_quality_day` replace where day in (date '2026-11-20') select `location_id`, `day`, `lines`, `events`, `duplicates`, `rejected`, `rejected_unreadable`, `rejected_incomplete`, `rejected_wrong_type`, `rejected_unknown`, `rejected_impossible`, `late_events`, `p50_lateness_minutes`, `max_lateness_minutes`, `orders`, `orders_created`, `orders_complete`, `orders_cancelled`, `orders_missing_steps`, `orders_in_progress`, `orders_delivered_before_created`, `orders_created_twice` from `gold_data_quality_day__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('gold_data_quality_day', 'landed_lines', 2, 7, '[{"partition": "coalesce(cast(event_ts as date), cast(arrived_ts as date), date \'1970-01-01\')"}]'), ('gold_data_quality_day', 'silver_order_timeline', 2, 7, '[{"partition": "order_day"}]'), ('gold_data_quality_day', 'rejection_reasons', 2, 7, '4:1234567890');
