-- (the columns of the query, or of its contract, are asked for)

create or replace view `caspersdev`.`lakeflow`.`all_events`
  (
    `event_id` comment 'UUID derived from order_id and sequence. The same event always has the same id, so a second landing of it
changes nothing.',
	`event_type` comment 'What happened, one of `simulator.event_types`.',
	`ts` comment 'When it happened, as landed (`yyyy-MM-dd HH:mm:ss.SSS`).',
	`location_id` comment 'The kitchen (`simulator.locations`).',
	`order_id` comment 'Identifies the order. From the second replay cycle on it ends in `-L1`, `-L2`, …, so that an order of one cycle
is never confused with the same order of another.',
	`sequence` comment 'Position of the event in its order, from 0, in time order.',
	`body` comment 'What the event carries, a JSON object as text; its keys depend on event_type.',
	`event_ts` comment 'ts as a timestamp of the business\'s own clock (no zone).',
	`file` comment 'Load metadata. The landed file that held the first copy.',
	`line_number` comment 'Load metadata. Its line, from 1.',
	`landed_window` comment 'Load metadata. The window that the file holds - its name without the ending.',
	`load_number` comment 'Load metadata. Number of the build that read it.',
	`loaded_at` comment 'Load metadata. When it was read (UTC).'
  )
  comment 'Bronze. Every event that has landed, once: one row per distinct event_id, the first copy that landed, as it landed.'
  as (
    -- Grain: one row per distinct event_id, the first copy that landed.
with landed_lines as (
    select * from `caspersdev`.`lakeflow`.`landed_lines`
),
final as (
    select
        event_id,
        event_type,
        ts,
        location_id,
        order_id,
        sequence,
        body,
        event_ts,
        file,
        line_number,
        landed_window,
        load_number,
        loaded_at
    from landed_lines
    where rejection_code is null and not is_duplicate
)
select * from final
  );
