-- (the relations of ai are asked for)

-- (the relations of lakeflow are asked for)

-- (the relations of recommender are asked for)

-- (the relations of simulator are asked for)

SHOW SCHEMAS IN `caspersdev`;
