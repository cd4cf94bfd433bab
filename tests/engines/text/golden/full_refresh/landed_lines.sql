list '/Volumes/caspersdev/simulator/events';

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`landed_lines`;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build, but: create or replace table `caspersdev`.`lakeflow`.`landed_lines`)
@@ -25 +25 @@
-            from read_files('/Volumes/caspersdev/simulator/events/{window-000000000000000000-000006115800000000.jsonl}', format => 'text', lineSep => '\n')
+            from read_files('/Volumes/caspersdev/simulator/events/{a-late.jsonl,window-000000000000000000-000006115800000000.jsonl,window-000006115800000000-000006126600000000.jsonl}', format => 'text', lineSep => '\n')
@@ -181 +181 @@
-        1 as load_number,
+        2 as load_number,

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

-- (descriptions become comments (COLUMN of landed_lines))
