select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_rejected_lines_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_rejected_lines_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_rejected_lines_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_rejected_lines_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_rejected_lines_day', 'landed_lines') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`lakeflow`.`gold_rejected_lines_day`;

-- (as in next_window, but: create or replace temporary view `gold_rejected_lines_day__dbt_tmp` as)
@@ -6 +6 @@
-    where event_ts is not null and event_ts >= timestamp '2026-11-20 00:00:00' and event_ts < timestamp '2026-11-21 00:00:00' and cast(event_ts as date) in (date '2026-11-20')
+    where event_ts is not null and event_ts >= timestamp '2026-11-19 00:00:00' and event_ts < timestamp '2026-11-21 00:00:00' and cast(event_ts as date) in (date '2026-11-19', date '2026-11-20')
@@ -9 +9 @@
-    where event_ts is null and coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') in (date '2026-11-20')
+    where event_ts is null and coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `gold_rejected_lines_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_rejected_lines_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_rejected_lines_day` AS JSON;

insert into `caspersdev`.`lakeflow`.`gold_rejected_lines_day` replace where day in (date '2026-11-19', date '2026-11-20') select `location_id`, `day`, `rejection_code`, `lines` from `gold_rejected_lines_day__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('gold_rejected_lines_day', 'landed_lines', 2, 4, '[{"partition": "coalesce(cast(event_ts as date), cast(arrived_ts as date), date \'1970-01-01\')"}]');
