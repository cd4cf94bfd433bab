-- Grain: one row per landed line of an answer of a language model, in the order of landing (file, line_number).

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {'partition_column': 'file', 'finds_its_partitions': true}}
) }}

{% set new_files = new_landed_files(source('landing', 'agent_responses')) %}

with lines as (
    {{ read_landed_lines(new_files) }}
),

recognised as (
    select
        file,
        file_bytes,
        line_number,
        line,
        {{ is_json_object('line') }} as is_object
    from lines
),

parsed as (
    select
        file,
        file_bytes,
        line_number,
        line,
        is_object,
        case when is_object then {{ json_fields('line', {
            'response_id': 'VARCHAR', 'agent': 'VARCHAR', 'subject_id': 'VARCHAR', 'asked_ts': 'VARCHAR',
            'model': 'VARCHAR', 'outcome': 'VARCHAR', 'answer': 'VARCHAR'
        }) }} end as response
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
        {{ parse_landed_timestamp('response.asked_ts') }} as stamped_ts,
        response.model as model,
        response.outcome as outcome,
        case when {{ is_json_object('response.answer') }} then response.answer end as answer
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
        {{ load_number() }} as load_number,
        cast({{ current_timestamp() }} as timestamp) as loaded_at,
        judged.rejection_code,
        case when judged.rejection_code is not null then judged.line end as raw_line,
        judged.response_id,
        judged.agent,
        judged.subject_id,
        -- By which an order is found that a new line is about.
        case
            when judged.rejection_code is null and judged.agent in ('refund', 'complaint')
                then {{ hash64('judged.subject_id') }}
        end as order_key,
        judged.asked_ts,
        judged.model,
        judged.outcome,
        case when judged.outcome = 'answered' then judged.answer end as answer
    from judged
)

select * from final
order by file, line_number
