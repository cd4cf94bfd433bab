describe extended `caspersdev`.`lakeflow`.`gold_kitchen_summary`;

-- (the columns of the query, or of its contract, are asked for)

-- (as in first_build: create or replace view `caspersdev`.`lakeflow`.`gold_kitchen_summary`)
