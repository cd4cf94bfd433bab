-- (the relations of ai are asked for)

-- (the relations of lakeflow are asked for)

-- (the relations of recommender are asked for)

-- (the relations of simulator are asked for)

SHOW SCHEMAS IN `caspersdev`;

create schema if not exists `caspersdev`.`ai`;

create schema if not exists `caspersdev`.`lakeflow`;

create schema if not exists `caspersdev`.`recommender`;

create schema if not exists `caspersdev`.`simulator`;
