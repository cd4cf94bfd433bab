SHOW SCHEMAS IN `caspersdev` LIKE 'ai';

show user functions in `caspersdev`.`ai`;

SHOW SCHEMAS IN `caspersdev` LIKE 'ai';

show user functions in `caspersdev`.`ai`;

SHOW SCHEMAS IN `caspersdev` LIKE 'ai';

show user functions in `caspersdev`.`ai`;

SHOW SCHEMAS IN `caspersdev` LIKE 'ai';

show user functions in `caspersdev`.`ai`;

SHOW SCHEMAS IN `caspersdev` LIKE 'ai';

show user functions in `caspersdev`.`ai`;

-- (the relations of lakeflow are asked for)

-- (the relations of simulator are asked for)

-- (the relations of recommender are asked for)

-- (the relations of complaints are asked for)

-- (the relations of increments are asked for)

SHOW SCHEMAS IN `caspersdev` LIKE 'ai';

SHOW SCHEMAS IN `caspersdev` LIKE 'ai';

show tables in `caspersdev`.`ai`;

show volumes in `caspersdev`.`ai`;

SHOW SCHEMAS IN `caspersdev` LIKE 'ai';

show user functions in `caspersdev`.`ai`;

SHOW SCHEMAS IN `caspersdev` LIKE 'lakeflow';

SHOW SCHEMAS IN `caspersdev` LIKE 'lakeflow';

show tables in `caspersdev`.`lakeflow`;

show volumes in `caspersdev`.`lakeflow`;

SHOW SCHEMAS IN `caspersdev` LIKE 'lakeflow';

show user functions in `caspersdev`.`lakeflow`;

SHOW SCHEMAS IN `caspersdev` LIKE 'simulator';

SHOW SCHEMAS IN `caspersdev` LIKE 'simulator';

show tables in `caspersdev`.`simulator`;

show volumes in `caspersdev`.`simulator`;

SHOW SCHEMAS IN `caspersdev` LIKE 'simulator';

show user functions in `caspersdev`.`simulator`;

SHOW SCHEMAS IN `caspersdev` LIKE 'recommender';

SHOW SCHEMAS IN `caspersdev` LIKE 'recommender';

show tables in `caspersdev`.`recommender`;

show volumes in `caspersdev`.`recommender`;

SHOW SCHEMAS IN `caspersdev` LIKE 'recommender';

show user functions in `caspersdev`.`recommender`;

SHOW SCHEMAS IN `caspersdev` LIKE 'complaints';

SHOW SCHEMAS IN `caspersdev` LIKE 'complaints';

show tables in `caspersdev`.`complaints`;

show volumes in `caspersdev`.`complaints`;

SHOW SCHEMAS IN `caspersdev` LIKE 'complaints';

show user functions in `caspersdev`.`complaints`;

SHOW SCHEMAS IN `caspersdev` LIKE 'increments';

SHOW SCHEMAS IN `caspersdev` LIKE 'increments';

show tables in `caspersdev`.`increments`;

show volumes in `caspersdev`.`increments`;

SHOW SCHEMAS IN `caspersdev` LIKE 'increments';

show user functions in `caspersdev`.`increments`;
