describe extended `caspersdev`.`lakeflow`.`dim_date`;

-- (the columns of the query, or of its contract, are asked for)

-- (as in first_build: create or replace view `caspersdev`.`lakeflow`.`dim_date`)
