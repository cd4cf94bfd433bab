list '/Volumes/caspersdev/simulator/events';

select distinct file from `caspersdev`.`lakeflow`.`landed_lines`;

select max(file) from `caspersdev`.`lakeflow`.`landed_lines`;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`landed_lines`;

-- (as in next_window, but: create or replace temporary view `landed_lines__dbt_tmp` as)
@@ -19 +19 @@
-            from read_files('/Volumes/caspersdev/simulator/events/{window-000006115800000000-000006126600000000.jsonl}', format => 'text', lineSep => '\n')
+            from read_files('/Volumes/caspersdev/simulator/events/{a-late.jsonl}', format => 'text', lineSep => '\n')
@@ -154,0 +155,13 @@
+-- A file whose name sorts before loaded ones holds the first copy of what they repeat: the files with the later
+-- copies are judged again together with it, as a full refresh would.
+read_before as (
+    select * from `caspersdev`.`lakeflow`.`landed_lines`
+    where file in (
+        select loaded.file
+        from `caspersdev`.`lakeflow`.`landed_lines` as loaded
+        inner join read_now
+            on read_now.event_key = loaded.event_key
+            and read_now.event_id = loaded.event_id
+            and read_now.file < loaded.file
+    )
+),
@@ -156 +169,3 @@
-    select * from read_now
+    select file, line_number, rejection_code, raw_line, event_key, event_id, event_type, ts, event_ts, location_id, order_id, sequence, body from read_now
+    union all
+    select file, line_number, rejection_code, raw_line, event_key, event_id, event_type, ts, event_ts, location_id, order_id, sequence, body from read_before

DESCRIBE TABLE EXTENDED `landed_lines__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

select distinct cast(file as string) as affected from `landed_lines__dbt_tmp`;

insert into `caspersdev`.`lakeflow`.`landed_lines`
    replace where file in ('a-late.jsonl', 'window-000000000000000000-000006115800000000.jsonl')
    select `file`, `line_number`, `landed_window`, `load_number`, `loaded_at`, `rejection_code`, `is_duplicate`, `raw_line`, `event_key`, `event_id`, `event_type`, `ts`, `event_ts`, `arrived_ts`, `location_id`, `order_id`, `sequence`, `body` from `landed_lines__dbt_tmp`;
