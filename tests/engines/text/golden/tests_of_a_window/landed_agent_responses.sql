SHOW SCHEMAS IN `caspersdev` LIKE 'simulator';

show volumes in `caspersdev`.`simulator`;

select file, max(file_bytes) from `caspersdev`.`lakeflow`.`landed_agent_responses` group by file;

select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_agent_responses' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_agent_responses' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'landed_agent_responses' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'landed_agent_responses' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('landed_agent_responses') group by model;

-- (as in next_window, but: create or replace temporary view `landed_agent_responses__dbt_tmp` as)
@@ -80 +80 @@
-        2 as load_number,
+        5 as load_number,

DESCRIBE TABLE EXTENDED `landed_agent_responses__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_agent_responses` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_agent_responses` AS JSON;

select distinct cast(file as string) as replaced from `landed_agent_responses__dbt_tmp` where file is not null;

insert into `caspersdev`.`increments`.`changes` select 'landed_agent_responses', 5, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'complaint_candidates', 'key_name', 'order_key', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'refund_candidates', 'key_name', 'order_key', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select order_key as value_1 from `caspersdev`.`lakeflow`.`landed_agent_responses` where file in ('window-000006115800000000-000006126600000000.jsonl') union all select order_key as value_1 from `landed_agent_responses__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`landed_agent_responses` replace where file in ('window-000006115800000000-000006126600000000.jsonl') select `file`, `line_number`, `file_bytes`, `load_number`, `loaded_at`, `rejection_code`, `raw_line`, `response_id`, `agent`, `subject_id`, `order_key`, `asked_ts`, `model`, `outcome`, `answer` from `landed_agent_responses__dbt_tmp`;
