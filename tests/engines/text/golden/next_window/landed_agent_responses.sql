SHOW SCHEMAS IN `caspersdev` LIKE 'simulator';

show volumes in `caspersdev`.`simulator`;

select file, max(file_bytes) from `caspersdev`.`lakeflow`.`landed_agent_responses` group by file;

select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_agent_responses' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_agent_responses' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'landed_agent_responses' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'landed_agent_responses' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('landed_agent_responses') group by model;

create or replace temporary view `landed_agent_responses__dbt_tmp` as
      -- Grain: one row per landed line of an answer of a language model, in the order of landing (file, line_number).
with lines as (
    select cast(null as string) as file, cast(null as bigint) as line_number, cast(null as string) as line, cast(null as string) as rejection_code, cast(null as bigint) as file_bytes where false
),
recognised as (
    select
        file,
        file_bytes,
        line_number,
        line,
        coalesce(
        line rlike '^[ \t\r\n]*[{]'
        and try_variant_get(try_parse_json(concat('[', line, ',"end"]')), '$[1]', 'string') = 'end',
        false
    ) as is_object
    from lines
),
parsed as (
    select
        file,
        file_bytes,
        line_number,
        line,
        is_object,
        case when is_object then from_json(line, 'response_id string, agent string, subject_id string, asked_ts string, model string, outcome string, answer string') end as response
    from recognised
),
typed as (
    select
        file,
        file_bytes,
        line_number,
        line,
        is_object,
        response.response_id as response_id,
        response.agent as agent,
        response.subject_id as subject_id,
        try_to_timestamp(response.asked_ts, 'yyyy-MM-dd HH:mm:ss.SSS') as stamped_ts,
        response.model as model,
        response.outcome as outcome,
        case when coalesce(
        response.answer rlike '^[ \t\r\n]*[{]'
        and try_variant_get(try_parse_json(concat('[', response.answer, ',"end"]')), '$[1]', 'string') = 'end',
        false
    ) then response.answer end as answer
    from parsed
),
dated as (
    select
        *,
        case
            when stamped_ts >= timestamp '2000-01-01 00:00:00' and stamped_ts < timestamp '2100-01-01 00:00:00'
                then stamped_ts
        end as asked_ts
    from typed
),
-- The first condition that holds gives the code.
judged as (
    select
        *,
        case
            when line is null then 'blank_line'
            when not is_object then 'not_an_object'
            when response_id is null or response_id = '' then 'response_id_missing'
            when agent is null or agent = '' then 'agent_missing'
            when subject_id is null or subject_id = '' then 'subject_id_missing'
            when asked_ts is null then 'asked_ts_malformed'
            when not coalesce(outcome in ('answered', 'timeout', 'unavailable', 'refused', 'invalid'), false)
                then 'outcome_unknown'
            when outcome = 'answered' and answer is null then 'answer_not_an_object'
        end as rejection_code
    from dated
),
final as (
    select
        judged.file,
        judged.line_number,
        judged.file_bytes,
        2 as load_number,
        cast(current_timestamp() as timestamp) as loaded_at,
        judged.rejection_code,
        case when judged.rejection_code is not null then judged.line end as raw_line,
        judged.response_id,
        judged.agent,
        judged.subject_id,
        -- By which an order is found that a new line is about.
        case
            when judged.rejection_code is null and judged.agent in ('refund', 'complaint')
                then (
        cast(conv(concat(substring(md5(judged.subject_id), 31, 2),substring(md5(judged.subject_id), 29, 2),substring(md5(judged.subject_id), 27, 2),substring(md5(judged.subject_id), 25, 2),substring(md5(judged.subject_id), 23, 2),substring(md5(judged.subject_id), 21, 2),substring(md5(judged.subject_id), 19, 2),substring(md5(judged.subject_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(judged.subject_id), 18, 1), 16, 10) as bigint) div 2
    )
        end as order_key,
        judged.asked_ts,
        judged.model,
        judged.outcome,
        case when judged.outcome = 'answered' then judged.answer end as answer
    from judged
)
select * from final
order by file, line_number;

DESCRIBE TABLE EXTENDED `landed_agent_responses__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_agent_responses` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_agent_responses` AS JSON;

select distinct cast(file as string) as replaced from `landed_agent_responses__dbt_tmp` where file is not null;

insert into `caspersdev`.`increments`.`changes` select 'landed_agent_responses', 2, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'complaint_candidates', 'key_name', 'order_key', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'refund_candidates', 'key_name', 'order_key', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select order_key as value_1 from `caspersdev`.`lakeflow`.`landed_agent_responses` where file in ('window-000006115800000000-000006126600000000.jsonl') union all select order_key as value_1 from `landed_agent_responses__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`landed_agent_responses` replace where file in ('window-000006115800000000-000006126600000000.jsonl') select `file`, `line_number`, `file_bytes`, `load_number`, `loaded_at`, `rejection_code`, `raw_line`, `response_id`, `agent`, `subject_id`, `order_key`, `asked_ts`, `model`, `outcome`, `answer` from `landed_agent_responses__dbt_tmp`;
