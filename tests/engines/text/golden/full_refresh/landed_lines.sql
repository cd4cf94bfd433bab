-- (as in first_build: select 'event_types' as seed, concat(cast(count(*) as string), ':',)

select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_lines' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_lines' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'landed_lines' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'landed_lines' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('landed_lines', 'streamed_lines', 'event_types', 'locations', 'items') group by model;

insert into `caspersdev`.`increments`.`changes` select 'landed_lines', 6, affected_model, '*', cast(null as string) from (select '' as affected_model union select 'gold_data_quality_day' as affected_model union select 'gold_rejected_lines_day' as affected_model union select 'silver_driver_pings' as affected_model union select 'silver_order_items' as affected_model union select 'silver_order_timeline' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build, but: create or replace table `caspersdev`.`lakeflow`.`landed_lines`)
@@ -27 +27 @@
-            from read_files('/Volumes/caspersdev/simulator/events/{window-000000000000000000-000006115800000000.jsonl}', format => 'text', lineSep => '\n')
+            from read_files('/Volumes/caspersdev/simulator/events/{a-late.jsonl,window-000000000000000000-000006115800000000.jsonl,window-000006115800000000-000006126600000000.jsonl}', format => 'text', lineSep => '\n')
@@ -30 +30 @@
-    inner join (select file, file_bytes from (values ('window-000000000000000000-000006115800000000.jsonl', cast(1000 as bigint))) as sizes (file, file_bytes)) as file_sizes on numbered_lines.file = file_sizes.file
+    inner join (select file, file_bytes from (values ('a-late.jsonl', cast(1000 as bigint)), ('window-000000000000000000-000006115800000000.jsonl', cast(1000 as bigint)), ('window-000006115800000000-000006126600000000.jsonl', cast(1000 as bigint))) as sizes (file, file_bytes)) as file_sizes on numbered_lines.file = file_sizes.file
@@ -232 +232 @@
-        1 as load_number,
+        6 as load_number,

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

-- (descriptions become comments (COLUMN of landed_lines))
