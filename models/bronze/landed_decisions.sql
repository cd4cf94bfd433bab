-- Grain: one row per landed line of a decision, in the order of landing (file, line_number).

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {'partition_column': 'file', 'finds_its_partitions': true}}
) }}

{% set new_files = new_landed_files(source('landing', 'decisions')) %}
{% set out_of_order = landed_out_of_order(new_files) %}

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
            'decision_id': 'VARCHAR', 'order_id': 'VARCHAR', 'decided_ts': 'VARCHAR', 'amount_usd': 'VARCHAR',
            'refund_class': 'VARCHAR', 'reason': 'VARCHAR', 'decided_by': 'VARCHAR', 'source_suggestion': 'VARCHAR',
            'revises': 'VARCHAR'
        }) }} end as decision
    from recognised
),

-- What a pattern leaves nothing of has its form. A suggestion that cannot be read is a gap in a decision.
typed as (
    select
        file,
        file_bytes,
        line_number,
        line,
        is_object,
        decision.decision_id as decision_text,
        case
            when regexp_replace(decision.decision_id, '^[1-9][0-9]{0,17}$', '') = ''
                then try_cast(decision.decision_id as bigint)
        end as decision_id,
        decision.order_id as order_id,
        decision.decided_ts as decided_text,
        {{ parse_landed_timestamp('decision.decided_ts') }} as stamped_ts,
        case
            when regexp_replace(decision.amount_usd, '^[0-9]{1,8}[.][0-9][0-9]$', '') = ''
                then try_cast(decision.amount_usd as decimal(10, 2))
        end as amount_usd,
        decision.refund_class as refund_class,
        decision.reason as reason,
        decision.decided_by as decided_by,
        decision.revises as revises_text,
        case
            when regexp_replace(decision.revises, '^[1-9][0-9]{0,17}$', '') = ''
                then try_cast(decision.revises as bigint)
        end as revises,
        case when {{ is_json_object('decision.source_suggestion') }} then {{ json_fields('decision.source_suggestion', {
            'refund_class': 'VARCHAR', 'refund_usd': 'VARCHAR', 'ts': 'VARCHAR'
        }) }} end as suggestion
    from parsed
),

dated as (
    select
        *,
        case
            when stamped_ts >= timestamp '2000-01-01 00:00:00' and stamped_ts < timestamp '2100-01-01 00:00:00'
                then stamped_ts
        end as decided_ts,
        case
            when regexp_replace(suggestion.refund_usd, '^[0-9]{1,8}([.][0-9]{1,2})?$', '') = ''
                then try_cast(suggestion.refund_usd as decimal(10, 2))
        end as suggested_refund_usd,
        case when suggestion.refund_class in ('none', 'partial', 'full') then suggestion.refund_class end
            as suggested_refund_class,
        {{ parse_landed_timestamp('suggestion.ts') }} as suggested_stamped_ts
    from typed
),

-- The first condition that holds gives the code.
judged as (
    select
        *,
        case
            when
                suggested_stamped_ts >= timestamp '2000-01-01 00:00:00'
                and suggested_stamped_ts < timestamp '2100-01-01 00:00:00'
                then suggested_stamped_ts
        end as suggested_ts,
        case
            when line is null then 'blank_line'
            when not is_object then 'not_an_object'
            when decision_text is null then 'decision_id_missing'
            when decision_id is null then 'decision_id_malformed'
            when order_id is null or order_id = '' then 'order_id_missing'
            when decided_text is null then 'decided_ts_missing'
            when decided_ts is null then 'decided_ts_malformed'
            when amount_usd is null then 'amount_usd_malformed'
            when not coalesce(refund_class in ('none', 'partial', 'full'), false) then 'refund_class_unknown'
            when reason is null then 'reason_missing'
            when revises_text is not null and revises is null then 'revises_malformed'
        end as rejection_code
    from dated
),

read_now as (
    select
        judged.file,
        judged.line_number,
        judged.file_bytes,
        judged.rejection_code,
        case when judged.rejection_code is not null then judged.line end as raw_line,
        judged.decision_id,
        judged.order_id,
        case when judged.rejection_code is null then {{ hash64('judged.order_id') }} end as order_key,
        judged.decided_ts,
        judged.amount_usd,
        judged.refund_class,
        judged.reason,
        judged.decided_by,
        judged.suggested_refund_usd,
        judged.suggested_refund_class,
        judged.suggested_ts,
        judged.revises
    from judged
),

{% if out_of_order %}
-- A file whose name sorts before loaded ones holds the first copy of what they repeat: the files with the later
-- copies are judged again together with it, as a full refresh would.
read_before as (
    select * from {{ this }}
    where
        file in (
            select loaded.file
            from {{ this }} as loaded
            inner join read_now on read_now.decision_id = loaded.decision_id and read_now.file < loaded.file
        )
        and file not in (select new_files.file from ({{ landed_file_sizes(new_files) }}) as new_files)
),

arrived as (
    {{ union_columns(
        contract_columns(without=['load_number', 'loaded_at', 'is_duplicate']), ['read_now', 'read_before']
    ) }}
),
{% else %}
arrived as (
    select * from read_now
),
{% endif %}

{% if is_incremental() %}
already_loaded as (
    select
        decision_id,
        min(file) as first_file
    from {{ this }}
    where
        rejection_code is null
        and decision_id in (select arrived.decision_id from arrived where arrived.decision_id is not null)
        and file not in (select arrived.file from arrived)
    group by decision_id
),
{% endif %}

counted as (
    select
        arrived.*,
        row_number() over (
            partition by arrived.decision_id, arrived.rejection_code is null
            order by arrived.file, arrived.line_number
        ) as copy_number,
        {%- if is_incremental() %}
        already_loaded.first_file < arrived.file as is_repeated
        {%- else %}
        false as is_repeated
        {%- endif %}
    from arrived
    {% if is_incremental() %}
    left join already_loaded on arrived.decision_id = already_loaded.decision_id
    {% endif %}
),

final as (
    select
        file,
        line_number,
        file_bytes,
        {{ load_number() }} as load_number,
        cast({{ current_timestamp() }} as timestamp) as loaded_at,
        rejection_code,
        rejection_code is null and (copy_number > 1 or coalesce(is_repeated, false)) as is_duplicate,
        raw_line,
        decision_id,
        order_id,
        order_key,
        decided_ts,
        amount_usd,
        refund_class,
        reason,
        decided_by,
        suggested_refund_usd,
        suggested_refund_class,
        suggested_ts,
        revises
    from counted
)

select * from final
order by file, line_number
