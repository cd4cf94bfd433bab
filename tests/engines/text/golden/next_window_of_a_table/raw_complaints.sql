select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'raw_complaints' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'raw_complaints' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'raw_complaints' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'raw_complaints' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('raw_complaints', 'complaint_candidates', 'complaint_phrases') group by model union all select 'newest', null, cast(max(delivered_day) as string), null, null from `caspersdev`.`complaints`.`raw_complaints`;

select 'complaint_phrases' as seed, concat(cast(count(*) as string), ':',
        cast(coalesce(sum((
        cast(conv(concat(substring(md5(to_json(struct(content.*))), 31, 2),substring(md5(to_json(struct(content.*))), 29, 2),substring(md5(to_json(struct(content.*))), 27, 2),substring(md5(to_json(struct(content.*))), 25, 2),substring(md5(to_json(struct(content.*))), 23, 2),substring(md5(to_json(struct(content.*))), 21, 2),substring(md5(to_json(struct(content.*))), 19, 2),substring(md5(to_json(struct(content.*))), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(to_json(struct(content.*))), 18, 1), 16, 10) as bigint) div 2
    ) % 1000000007), 0) as string))
    as fingerprint from `caspersdev`.`simulator`.`complaint_phrases` as content;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`raw_complaints__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`raw_complaints` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`raw_complaints` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'raw_complaints', 7, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'complaint_responses', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select delivered_day as value_1 from `caspersdev`.`complaints`.`raw_complaints` where delivered_day in (date '2026-11-20') union all select delivered_day as value_1 from `caspersdev`.`complaints`.`raw_complaints__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`complaints`.`raw_complaints` replace where delivered_day in (date '2026-11-20') select `complaint_id`, `order_id`, `ts`, `complaint_category`, `complaint_text`, `generated_by`, `location_id`, `delivered_day` from `caspersdev`.`complaints`.`raw_complaints__dbt_tmp`;

drop table if exists `caspersdev`.`complaints`.`raw_complaints__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('raw_complaints', 'complaint_candidates', 2, 7, '[{"partition": "delivered_day"}]'), ('raw_complaints', 'complaint_phrases', 2, 7, '4:1234567890');
