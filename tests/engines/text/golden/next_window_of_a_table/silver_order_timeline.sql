select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and (key_name in ('partition', '*') or key_value like '____-__-__') and key_name <> 'partition' union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_order_timeline' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_order_timeline' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_order_timeline', 'landed_lines') group by model;

select min(first_ts), max(last_ts) from (select min(event_ts) as first_ts, max(event_ts) as last_ts from `caspersdev`.`lakeflow`.`landed_lines` where rejection_code is null and load_number > 6 union all select min(first_event_ts) as first_ts, max(last_event_ts) as last_ts from `caspersdev`.`lakeflow`.`silver_order_timeline` where order_key in (select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and key_name = 'partition')) as spans;

select count(*) from (select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and key_name = 'partition') as affected;

-- (as in next_window, but: create or replace temporary view `silver_order_timeline__dbt_tmp` as)
@@ -19 +19 @@
-        and event_ts between timestamp '2026-11-20 18:02:03+00:00' and timestamp '2026-11-20 21:29:00+00:00'
+        and false

DESCRIBE TABLE EXTENDED `silver_order_timeline__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and key_name = 'partition';

select cast(sum(counted) as bigint) from (select count(*) as counted from `silver_order_timeline__dbt_tmp` union all select -count(*) from `silver_order_timeline__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;

insert into `caspersdev`.`increments`.`progress` values ('silver_order_timeline', 'landed_lines', 2, 7, '[{"partition": "(\\n        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)\\n        ), 16, 10) as bigint) * 8\\n        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2\\n    )"}]');
