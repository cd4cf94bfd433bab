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

drop function if exists `caspersdev`.`ai`.`get_order_details`;

drop function if exists `caspersdev`.`ai`.`get_order_overview`;

drop function if exists `caspersdev`.`ai`.`get_order_delivery_time`;

drop function if exists `caspersdev`.`ai`.`get_order_timing`;

drop function if exists `caspersdev`.`ai`.`get_location_timings`;

drop view if exists `caspersdev`.`lakeflow`.`dim_location`;

drop table if exists `caspersdev`.`lakeflow`.`gold_rejected_lines_day`;

drop table if exists `caspersdev`.`lakeflow`.`gold_item_sales_day`;

drop view if exists `caspersdev`.`lakeflow`.`dim_item`;

drop table if exists `caspersdev`.`lakeflow`.`gold_location_sales_hourly`;

drop table if exists `caspersdev`.`lakeflow`.`gold_brand_sales_day`;

drop view if exists `caspersdev`.`lakeflow`.`dim_weather`;

drop table if exists `caspersdev`.`lakeflow`.`gold_data_quality_day`;

drop table if exists `caspersdev`.`lakeflow`.`dim_driver`;

drop table if exists `caspersdev`.`lakeflow`.`gold_refund_agreement_day`;

drop view if exists `caspersdev`.`lakeflow`.`gold_kitchen_summary`;

drop table if exists `caspersdev`.`lakeflow`.`gold_kitchen_day`;

drop view if exists `caspersdev`.`lakeflow`.`rejected_events`;

drop table if exists `caspersdev`.`lakeflow`.`silver_driver_pings`;

drop table if exists `caspersdev`.`lakeflow`.`silver_courier_shifts`;

drop table if exists `caspersdev`.`simulator`.`menus`;

drop table if exists `caspersdev`.`simulator`.`categories`;

drop table if exists `caspersdev`.`simulator`.`cancellation_reasons`;

drop table if exists `caspersdev`.`simulator`.`rejection_reasons`;

drop view if exists `caspersdev`.`lakeflow`.`dim_brand`;

drop view if exists `caspersdev`.`lakeflow`.`dim_brand_location`;

drop view if exists `caspersdev`.`lakeflow`.`dim_date`;

drop table if exists `caspersdev`.`simulator`.`holidays`;

drop table if exists `caspersdev`.`simulator`.`conformed_names`;

drop table if exists `caspersdev`.`simulator`.`brands`;

drop table if exists `caspersdev`.`simulator`.`brand_locations`;

drop table if exists `caspersdev`.`simulator`.`weather`;

drop table if exists `caspersdev`.`lakeflow`.`fct_orders`;

drop table if exists `caspersdev`.`lakeflow`.`dim_customer`;

drop table if exists `caspersdev`.`recommender`.`refund_decisions`;

drop table if exists `caspersdev`.`lakeflow`.`landed_decisions`;

drop table if exists `caspersdev`.`recommender`.`refund_recommendations`;

drop table if exists `caspersdev`.`complaints`.`complaint_responses`;

drop table if exists `caspersdev`.`complaints`.`raw_complaints`;

drop table if exists `caspersdev`.`simulator`.`vocabulary`;

drop table if exists `caspersdev`.`simulator`.`complaint_phrases`;

drop table if exists `caspersdev`.`complaints`.`complaint_candidates`;

drop table if exists `caspersdev`.`recommender`.`refund_candidates`;

drop table if exists `caspersdev`.`recommender`.`delivery_percentiles_trailing`;

drop table if exists `caspersdev`.`lakeflow`.`landed_agent_responses`;

drop table if exists `caspersdev`.`lakeflow`.`gold_delivery_times_day`;

drop table if exists `caspersdev`.`lakeflow`.`gold_order_header`;

drop table if exists `caspersdev`.`lakeflow`.`silver_order_items`;

drop view if exists `caspersdev`.`lakeflow`.`all_events`;

drop table if exists `caspersdev`.`lakeflow`.`silver_order_timeline`;

drop table if exists `caspersdev`.`lakeflow`.`landed_lines`;

drop table if exists `caspersdev`.`lakeflow`.`streamed_lines`;

drop table if exists `caspersdev`.`simulator`.`items`;

drop table if exists `caspersdev`.`simulator`.`locations`;

drop table if exists `caspersdev`.`simulator`.`event_types`;

drop view if exists `caspersdev`.`increments`.`pending`;

drop table if exists `caspersdev`.`increments`.`progress`;

drop table if exists `caspersdev`.`increments`.`changes`;

drop schema if exists `caspersdev`.`ai`;

drop schema if exists `caspersdev`.`simulator`;

drop schema if exists `caspersdev`.`recommender`;

drop schema if exists `caspersdev`.`complaints`;

drop schema if exists `caspersdev`.`increments`;
