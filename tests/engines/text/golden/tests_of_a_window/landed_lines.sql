-- (as in first_build: select 'event_types' as seed, concat(cast(count(*) as string), ':',)

select file, max(file_bytes) from `caspersdev`.`lakeflow`.`landed_lines` group by file;

select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_lines' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_lines' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'landed_lines' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'landed_lines' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('landed_lines', 'streamed_lines', 'event_types', 'locations', 'items') group by model;

select max(file) from `caspersdev`.`lakeflow`.`landed_lines`;

-- (as in next_window, but: create or replace temporary view `landed_lines__dbt_tmp` as)
@@ -242 +242 @@
-        2 as load_number,
+        5 as load_number,

DESCRIBE TABLE EXTENDED `landed_lines__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

select distinct cast(file as string) as replaced from `landed_lines__dbt_tmp` where file is not null;

insert into `caspersdev`.`increments`.`changes` select 'landed_lines', 5, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'gold_data_quality_day', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'gold_rejected_lines_day', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'silver_driver_pings', 'key_name', 'partition', 'key_value', cast(value_2 as string)), named_struct('affected_model', 'silver_order_items', 'key_name', 'partition', 'key_value', cast(value_3 as string)), named_struct('affected_model', 'silver_order_timeline', 'key_name', 'partition', 'key_value', cast(value_4 as string)))) as change from (select distinct value_1, value_2, value_3, value_4 from (select coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') as value_1, case when event_type = 'driver_ping' then cast(event_ts as date) end as value_2, case when event_type = 'order_created' then cast(event_ts as date) end as value_3, (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) as value_4 from `caspersdev`.`lakeflow`.`landed_lines` where file in ('window-000006115800000000-000006126600000000.jsonl') union all select coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') as value_1, case when event_type = 'driver_ping' then cast(event_ts as date) end as value_2, case when event_type = 'order_created' then cast(event_ts as date) end as value_3, (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) as value_4 from `landed_lines__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`landed_lines` replace where file in ('window-000006115800000000-000006126600000000.jsonl') select `file`, `line_number`, `file_bytes`, `landed_window`, `load_number`, `loaded_at`, `rejection_code`, `is_duplicate`, `raw_line`, `event_key`, `event_id`, `event_type`, `ts`, `event_ts`, `arrived_ts`, `location_id`, `order_id`, `sequence`, `body` from `landed_lines__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('landed_lines', 'event_types', 2, 5, '4:1234567890'), ('landed_lines', 'locations', 2, 5, '4:1234567890'), ('landed_lines', 'items', 2, 5, '4:1234567890');
