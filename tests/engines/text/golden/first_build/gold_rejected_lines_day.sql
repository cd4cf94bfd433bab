select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_rejected_lines_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_rejected_lines_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_rejected_lines_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_rejected_lines_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_rejected_lines_day', 'landed_lines') group by model;

insert into `caspersdev`.`increments`.`changes` select 'gold_rejected_lines_day', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`gold_rejected_lines_day`
    using delta
      comment 'Gold. How many lines of each kitchen\'s day were rejected, and why. Days and kitchens without a rejected line have no row; gold_data_quality_day counts the same lines by the group of their reason.'
      as
    select location_id, day, rejection_code, lines
    from (
        -- Grain: one row per kitchen, day and reason (location_id, day, rejection_code) for which lines were rejected; days and
-- kitchens as in gold_data_quality_day.
with landed_lines as (
    select * from `caspersdev`.`lakeflow`.`landed_lines`
    where event_ts is not null and true
    union all
    select * from `caspersdev`.`lakeflow`.`landed_lines`
    where event_ts is null and true
),
final as (
    select
        coalesce(location_id, 0) as location_id,
        coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') as day,
        rejection_code,
        count(*) as lines
    from landed_lines
    where rejection_code is not null
    group by coalesce(location_id, 0), coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01'), rejection_code
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_rejected_lines_day` AS JSON;

-- (descriptions become comments (COLUMN of gold_rejected_lines_day))

insert into `caspersdev`.`increments`.`progress` values ('gold_rejected_lines_day', 'landed_lines', 1, 0, '[{"partition": "coalesce(cast(event_ts as date), cast(arrived_ts as date), date \'1970-01-01\')"}]');
