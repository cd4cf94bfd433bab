select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'complaint_responses' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'complaint_responses' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'complaint_responses' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'complaint_responses' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('complaint_responses', 'vocabulary', 'complaint_phrases', 'raw_complaints', 'complaint_candidates') group by model;

insert into `caspersdev`.`increments`.`changes` select 'complaint_responses', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (descriptions become comments (TABLE of complaint_responses))

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`complaint_responses` AS JSON;

-- (descriptions become comments (COLUMN of complaint_responses))

select 'vocabulary' as seed, concat(cast(count(*) as string), ':',
        cast(coalesce(sum((
        cast(conv(concat(substring(md5(to_json(struct(content.*))), 31, 2),substring(md5(to_json(struct(content.*))), 29, 2),substring(md5(to_json(struct(content.*))), 27, 2),substring(md5(to_json(struct(content.*))), 25, 2),substring(md5(to_json(struct(content.*))), 23, 2),substring(md5(to_json(struct(content.*))), 21, 2),substring(md5(to_json(struct(content.*))), 19, 2),substring(md5(to_json(struct(content.*))), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(to_json(struct(content.*))), 18, 1), 16, 10) as bigint) div 2
    ) % 1000000007), 0) as string))
    as fingerprint from `caspersdev`.`simulator`.`vocabulary` as content;

insert into `caspersdev`.`increments`.`progress` values ('complaint_responses', 'raw_complaints', 1, 0, '[{"partition": "delivered_day"}]'), ('complaint_responses', 'complaint_candidates', 1, 0, '[{"partition": "delivered_day"}]'), ('complaint_responses', 'vocabulary', 1, 0, '4:1234567890'), ('complaint_responses', 'complaint_phrases', 1, 0, '4:1234567890');
