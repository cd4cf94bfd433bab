-- (descriptions become comments (TABLE of refund_recommendations))

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

-- (descriptions become comments (COLUMN of refund_recommendations))
