list '/Volumes/caspersdev/simulator/events';

create or replace table `caspersdev`.`lakeflow`.`streamed_lines` using delta as
            select cast(null as string) as file, cast(null as bigint) as file_bytes, cast(null as bigint) as line_number, cast(null as string) as line, cast(null as string) as rejection_code where false;

-- (descriptions become comments (TABLE of streamed_lines))

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`streamed_lines` AS JSON;

-- (descriptions become comments (COLUMN of streamed_lines))
