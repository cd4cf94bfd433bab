list '/Volumes/caspersdev/simulator/events';

select distinct file from `caspersdev`.`lakeflow`.`landed_lines`;

select max(file) from `caspersdev`.`lakeflow`.`landed_lines`;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`landed_lines`;

-- (as in next_window, but: create or replace temporary view `landed_lines__dbt_tmp` as)
@@ -19 +19 @@
-            from read_files('/Volumes/caspersdev/simulator/events/{window-000006115800000000-000006126600000000.jsonl}', format => 'text', lineSep => '\n')
+            from read_files('/Volumes/caspersdev/simulator/events/{a-late.jsonl}', format => 'text', lineSep => '\n')
@@ -153,0 +154,31 @@
+    -- A file whose name sorts before loaded ones holds the first copy of what they repeat: the files with
+    -- the later copies are judged again together with it, as a full refresh would.
+    union all
+    select
+        file,
+        line_number,
+        raw_line,
+        rejection_reason,
+        event_id,
+        event_key,
+        event_type,
+        ts,
+        event_ts,
+        location_id,
+        order_id,
+        sequence,
+        body
+    from `caspersdev`.`lakeflow`.`landed_lines`
+    where file in (
+        select loaded.file
+        from `caspersdev`.`lakeflow`.`landed_lines` as loaded
+        inner join judged
+            on (
+        cast(conv(concat(substring(md5(judged.event_id), 31, 2),substring(md5(judged.event_id), 29, 2),substring(md5(judged.event_id), 27, 2),substring(md5(judged.event_id), 25, 2),substring(md5(judged.event_id), 23, 2),substring(md5(judged.event_id), 21, 2),substring(md5(judged.event_id), 19, 2),substring(md5(judged.event_id), 17, 1)
+        ), 16, 10) as bigint) * 8
+        + cast(conv(substring(md5(judged.event_id), 18, 1), 16, 10) as bigint) div 2
+    ) = loaded.event_key
+            and judged.event_id = loaded.event_id
+            and judged.file < loaded.file
+        where judged.rejection_reason is null
+    )

DESCRIBE TABLE EXTENDED `landed_lines__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

select distinct cast(file as string) as touched from `landed_lines__dbt_tmp`;

insert into `caspersdev`.`lakeflow`.`landed_lines`
    replace where file in ('a-late.jsonl', 'window-000000000000000000-000006115800000000.jsonl')
    select `file`, `line_number`, `landed_window`, `load_number`, `loaded_at`, `rejection_reason`, `is_duplicate`, `raw_line`, `event_key`, `event_id`, `event_type`, `ts`, `event_ts`, `arrived_ts`, `location_id`, `order_id`, `sequence`, `body` from `landed_lines__dbt_tmp`;
