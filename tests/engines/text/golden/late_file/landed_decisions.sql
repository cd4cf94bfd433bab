SHOW SCHEMAS IN `caspersdev` LIKE 'simulator';

show volumes in `caspersdev`.`simulator`;

list '/Volumes/caspersdev/simulator/decisions';

select file, max(file_bytes) from `caspersdev`.`lakeflow`.`landed_decisions` group by file;

select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_decisions' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_decisions' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'landed_decisions' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'landed_decisions' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('landed_decisions') group by model;

select max(file) from `caspersdev`.`lakeflow`.`landed_decisions`;

-- (as in next_window, but: create or replace temporary view `landed_decisions__dbt_tmp` as)
@@ -21 +21 @@
-            from read_files('/Volumes/caspersdev/simulator/decisions/{decisions-000000000000000001.jsonl}', format => 'text', lineSep => '\n')
+            from read_files('/Volumes/caspersdev/simulator/decisions/{a-late.jsonl}', format => 'text', lineSep => '\n')
@@ -24 +24 @@
-    inner join (select file, file_bytes from (values ('decisions-000000000000000001.jsonl', cast(1000 as bigint))) as sizes (file, file_bytes)) as file_sizes on numbered_lines.file = file_sizes.file
+    inner join (select file, file_bytes from (values ('a-late.jsonl', cast(1000 as bigint))) as sizes (file, file_bytes)) as file_sizes on numbered_lines.file = file_sizes.file
@@ -149,0 +150,12 @@
+-- A file whose name sorts before loaded ones holds the first copy of what they repeat: the files with the later
+-- copies are judged again together with it, as a full refresh would.
+read_before as (
+    select * from `caspersdev`.`lakeflow`.`landed_decisions`
+    where
+        file in (
+            select loaded.file
+            from `caspersdev`.`lakeflow`.`landed_decisions` as loaded
+            inner join read_now on read_now.decision_id = loaded.decision_id and read_now.file < loaded.file
+        )
+        and file not in (select new_files.file from (select file, file_bytes from (values ('a-late.jsonl', cast(1000 as bigint))) as sizes (file, file_bytes)) as new_files)
+),
@@ -151 +163,3 @@
-    select * from read_now
+    select file, line_number, file_bytes, rejection_code, raw_line, decision_id, order_id, order_key, decided_ts, amount_usd, refund_class, reason, decided_by, suggested_refund_usd, suggested_refund_class, suggested_ts, revises from read_now
+    union all
+    select file, line_number, file_bytes, rejection_code, raw_line, decision_id, order_id, order_key, decided_ts, amount_usd, refund_class, reason, decided_by, suggested_refund_usd, suggested_refund_class, suggested_ts, revises from read_before
@@ -180 +194 @@
-        2 as load_number,
+        4 as load_number,

DESCRIBE TABLE EXTENDED `landed_decisions__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_decisions` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_decisions` AS JSON;

select distinct cast(file as string) as replaced from `landed_decisions__dbt_tmp` where file is not null;

insert into `caspersdev`.`increments`.`changes` select 'landed_decisions', 4, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'refund_decisions', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select order_key as value_1 from `caspersdev`.`lakeflow`.`landed_decisions` where file in ('a-late.jsonl', 'decisions-000000000000000001.jsonl') union all select order_key as value_1 from `landed_decisions__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`landed_decisions` replace where file in ('a-late.jsonl', 'decisions-000000000000000001.jsonl') select `file`, `line_number`, `file_bytes`, `load_number`, `loaded_at`, `rejection_code`, `is_duplicate`, `raw_line`, `decision_id`, `order_id`, `order_key`, `decided_ts`, `amount_usd`, `refund_class`, `reason`, `decided_by`, `suggested_refund_usd`, `suggested_refund_class`, `suggested_ts`, `revises` from `landed_decisions__dbt_tmp`;
