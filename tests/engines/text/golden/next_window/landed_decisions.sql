SHOW SCHEMAS IN `caspersdev` LIKE 'simulator';

show volumes in `caspersdev`.`simulator`;

list '/Volumes/caspersdev/simulator/decisions';

select file, max(file_bytes) from `caspersdev`.`lakeflow`.`landed_decisions` group by file;

select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_decisions' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_decisions' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'landed_decisions' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'landed_decisions' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('landed_decisions') group by model;

select max(file) from `caspersdev`.`lakeflow`.`landed_decisions`;

create or replace temporary view `landed_decisions__dbt_tmp` as
      -- Grain: one row per landed line of a decision, in the order of landing (file, line_number).
with lines as (
    select
        numbered_lines.file,
        line_number,
        nullif(regexp_replace(if(line_number = 1, ltrim('\uFEFF', value), value), '\r$', ''), '') as line,
        cast(null as string) as rejection_code,
        file_bytes
    from (
        select
            file,
            cast(row_number() over (partition by file order by block_start, position) as bigint) as line_number,
            value
        from (
            select
                _metadata.file_name as file,
                _metadata.file_block_start as block_start,
                monotonically_increasing_id() as position,
                value
            from read_files('/Volumes/caspersdev/simulator/decisions/{decisions-000000000000000001.jsonl}', format => 'text', lineSep => '\n')
        ) as read_lines
    ) as numbered_lines
    inner join (select file, file_bytes from (values ('decisions-000000000000000001.jsonl', cast(1000 as bigint))) as sizes (file, file_bytes)) as file_sizes on numbered_lines.file = file_sizes.file
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
        case when is_object then from_json(line, 'decision_id string, order_id string, decided_ts string, amount_usd string, refund_class string, reason string, decided_by string, source_suggestion string, revises string') end as decision
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
        try_to_timestamp(decision.decided_ts, 'yyyy-MM-dd HH:mm:ss.SSS') as stamped_ts,
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
        case when coalesce(
        decision.source_suggestion rlike '^[ \t\r\n]*[{]'
        and try_variant_get(try_parse_json(concat('[', decision.source_suggestion, ',"end"]')), '$[1]', 'string') = 'end',
        false
    ) then from_json(decision.source_suggestion, 'refund_class string, refund_usd string, ts string') end as suggestion
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
        try_to_timestamp(suggestion.ts, 'yyyy-MM-dd HH:mm:ss.SSS') as suggested_stamped_ts
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
        case when judged.rejection_code is null then (
        cast(conv(concat(substring(md5(judged.order_id), 31, 2),substring(md5(judged.order_id), 29, 2),substring(md5(judged.order_id), 27, 2),substring(md5(judged.order_id), 25, 2),substring(md5(judged.order_id), 23, 2),substring(md5(judged.order_id), 21, 2),substring(md5(judged.order_id), 19, 2),substring(md5(judged.order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(judged.order_id), 18, 1), 16, 10) as bigint) div 2
    ) end as order_key,
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
arrived as (
    select * from read_now
),
already_loaded as (
    select
        decision_id,
        min(file) as first_file
    from `caspersdev`.`lakeflow`.`landed_decisions`
    where
        rejection_code is null
        and decision_id in (select arrived.decision_id from arrived where arrived.decision_id is not null)
        and file not in (select arrived.file from arrived)
    group by decision_id
),
counted as (
    select
        arrived.*,
        row_number() over (
            partition by arrived.decision_id, arrived.rejection_code is null
            order by arrived.file, arrived.line_number
        ) as copy_number,
        already_loaded.first_file < arrived.file as is_repeated
    from arrived
    left join already_loaded on arrived.decision_id = already_loaded.decision_id
),
final as (
    select
        file,
        line_number,
        file_bytes,
        2 as load_number,
        cast(current_timestamp() as timestamp) as loaded_at,
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
order by file, line_number;

DESCRIBE TABLE EXTENDED `landed_decisions__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_decisions` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_decisions` AS JSON;

select distinct cast(file as string) as replaced from `landed_decisions__dbt_tmp` where file is not null;

insert into `caspersdev`.`increments`.`changes` select 'landed_decisions', 2, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'refund_decisions', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select order_key as value_1 from `caspersdev`.`lakeflow`.`landed_decisions` where file in ('decisions-000000000000000001.jsonl') union all select order_key as value_1 from `landed_decisions__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`landed_decisions` replace where file in ('decisions-000000000000000001.jsonl') select `file`, `line_number`, `file_bytes`, `load_number`, `loaded_at`, `rejection_code`, `is_duplicate`, `raw_line`, `decision_id`, `order_id`, `order_key`, `decided_ts`, `amount_usd`, `refund_class`, `reason`, `decided_by`, `suggested_refund_usd`, `suggested_refund_class`, `suggested_ts`, `revises` from `landed_decisions__dbt_tmp`;
