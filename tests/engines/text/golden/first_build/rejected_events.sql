-- (the columns of the query, or of its contract, are asked for)

create or replace view `caspersdev`.`lakeflow`.`rejected_events`
  (
    `file` comment 'The landed file that holds the line.',
	`line_number` comment 'Its line, from 1; 0 where the file as a whole is rejected.',
	`raw_line` comment 'The line as it landed; null for a blank one, and for a file as a whole. Bytes that are not text are shown in hexadecimal.',
	`rejection_code` comment 'Key of the reason (`simulator.rejection_reasons`).',
	`reason` comment 'What is wrong with it, as people read it.',
	`landed_window` comment 'Load metadata. The window that the file holds - its name without the ending.',
	`load_number` comment 'Load metadata. Number of the build that read it.',
	`loaded_at` comment 'Load metadata. When it was read (UTC).'
  )
  comment 'Quarantine. Every landed line that is not an event, as it landed, with the reason. Nothing is lost and nothing stops: fix the line and land it again under a new file name.'
  as (
    -- Grain: one row per landed line that could not be read as an event.
with landed_lines as (
    select * from `caspersdev`.`lakeflow`.`landed_lines`
    where rejection_code is not null
),
rejection_reasons as (
    select * from `caspersdev`.`simulator`.`rejection_reasons`
),
final as (
    select
        landed_lines.file,
        landed_lines.line_number,
        landed_lines.raw_line,
        landed_lines.rejection_code,
        rejection_reasons.reason,
        landed_lines.landed_window,
        landed_lines.load_number,
        landed_lines.loaded_at
    from landed_lines
    left join rejection_reasons on landed_lines.rejection_code = rejection_reasons.rejection_code
)
select * from final
  );
