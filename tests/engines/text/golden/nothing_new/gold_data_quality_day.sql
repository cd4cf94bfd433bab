select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_data_quality_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_data_quality_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_data_quality_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_data_quality_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_data_quality_day', 'landed_lines', 'silver_order_timeline', 'rejection_reasons') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`lakeflow`.`gold_data_quality_day`;

select 'rejection_reasons' as seed, concat(cast(count(*) as string), ':',
        cast(coalesce(sum((
        cast(conv(concat(substring(md5(to_json(struct(content.*))), 31, 2),substring(md5(to_json(struct(content.*))), 29, 2),substring(md5(to_json(struct(content.*))), 27, 2),substring(md5(to_json(struct(content.*))), 25, 2),substring(md5(to_json(struct(content.*))), 23, 2),substring(md5(to_json(struct(content.*))), 21, 2),substring(md5(to_json(struct(content.*))), 19, 2),substring(md5(to_json(struct(content.*))), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(to_json(struct(content.*))), 18, 1), 16, 10) as bigint) div 2
    ) % 1000000007), 0) as string))
    as fingerprint from `caspersdev`.`simulator`.`rejection_reasons` as content;

-- (as in next_window, but: create or replace temporary view `gold_data_quality_day__dbt_tmp` as)
@@ -9 +9 @@
-    where event_ts is not null and event_ts >= timestamp '2026-11-20 00:00:00' and event_ts < timestamp '2026-11-21 00:00:00' and cast(event_ts as date) in (date '2026-11-20')
+    where event_ts is not null and false
@@ -12 +12 @@
-    where event_ts is null and coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') in (date '2026-11-20')
+    where event_ts is null and false
@@ -25 +25 @@
-    where order_day in (date '2026-11-20')
+    where false

DESCRIBE TABLE EXTENDED `gold_data_quality_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_data_quality_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_data_quality_day` AS JSON;

select cast(sum(counted) as bigint) from (select count(*) as counted from `gold_data_quality_day__dbt_tmp` union all select -count(*) from `gold_data_quality_day__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;
