describe extended `caspersdev`.`lakeflow`.`rejected_events`;

-- (the columns of the query, or of its contract, are asked for)

-- (as in first_build: create or replace view `caspersdev`.`lakeflow`.`rejected_events`)
