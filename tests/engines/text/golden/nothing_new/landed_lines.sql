list '/Volumes/caspersdev/simulator/events';

select distinct file from `caspersdev`.`lakeflow`.`landed_lines`;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`landed_lines`;

-- (as in next_window, but: create or replace temporary view `landed_lines__dbt_tmp` as)
@@ -4,18 +4,2 @@
-    select
-        file,
-        line_number,
-        nullif(regexp_replace(if(line_number = 1, ltrim('\uFEFF', value), value), '\r$', ''), '') as line
-    from (
-        select
-            file,
-            cast(row_number() over (partition by file order by block_start, position) as bigint) as line_number,
-            value
-        from (
-            select
-                _metadata.file_name as file,
-                _metadata.file_block_start as block_start,
-                monotonically_increasing_id() as position,
-                value
-            from read_files('/Volumes/caspersdev/simulator/events/{window-000006115800000000-000006126600000000.jsonl}', format => 'text', lineSep => '\n')
-        ) as read_lines
-    ) as numbered_lines
+    select cast(null as string) as file, cast(null as bigint) as line_number, cast(null as string) as line
+    where false

DESCRIBE TABLE EXTENDED `landed_lines__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

select distinct cast(file as string) as affected from `landed_lines__dbt_tmp`;

select 'nothing is affected' as nothing;
