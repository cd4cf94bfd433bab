-- (the columns of the query, or of its contract, are asked for)

create or replace view `caspersdev`.`lakeflow`.`rejected_events`
  as (
    -- Grain: one row per landed line that could not be read as an event.
with landed_lines as (
    select * from `caspersdev`.`lakeflow`.`landed_lines`
),
final as (
    select
        file,
        line_number,
        raw_line,
        rejection_reason as reason,
        landed_window,
        load_number,
        loaded_at
    from landed_lines
    where rejection_reason is not null
)
select * from final
  );
