select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'complaint_responses' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'complaint_responses' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'complaint_responses' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'complaint_responses' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('complaint_responses', 'vocabulary', 'complaint_phrases', 'raw_complaints', 'complaint_candidates') group by model union all select 'newest', null, cast(max(delivered_day) as string), null, null from `caspersdev`.`complaints`.`complaint_responses`;

select 'vocabulary' as seed, concat(cast(count(*) as string), ':',
        cast(coalesce(sum((
        cast(conv(concat(substring(md5(to_json(struct(content.*))), 31, 2),substring(md5(to_json(struct(content.*))), 29, 2),substring(md5(to_json(struct(content.*))), 27, 2),substring(md5(to_json(struct(content.*))), 25, 2),substring(md5(to_json(struct(content.*))), 23, 2),substring(md5(to_json(struct(content.*))), 21, 2),substring(md5(to_json(struct(content.*))), 19, 2),substring(md5(to_json(struct(content.*))), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(to_json(struct(content.*))), 18, 1), 16, 10) as bigint) div 2
    ) % 1000000007), 0) as string))
    as fingerprint from `caspersdev`.`simulator`.`vocabulary` as content;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`complaint_responses__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`complaint_responses` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`complaint_responses` AS JSON;

select cast(sum(counted) as bigint) from (select count(*) as counted from `caspersdev`.`complaints`.`complaint_responses__dbt_tmp` union all select -count(*) from `caspersdev`.`complaints`.`complaint_responses__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;

drop table if exists `caspersdev`.`complaints`.`complaint_responses__dbt_tmp`;
