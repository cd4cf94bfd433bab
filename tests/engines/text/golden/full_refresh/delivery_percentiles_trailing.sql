-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build: create or replace table `caspersdev`.`recommender`.`delivery_percentiles_trailing`)

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

-- (descriptions become comments (COLUMN of delivery_percentiles_trailing))
