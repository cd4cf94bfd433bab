select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
    select * from `caspersdev`.`lakeflow`.`gold_refund_agreement_day`
    where decided <> agreed + overridden_up + overridden_down
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select *
from `caspersdev`.`lakeflow`.`gold_data_quality_day`
where
    lines <> events + duplicates + rejected
    or rejected <> (
        rejected_unreadable + rejected_incomplete + rejected_wrong_type + rejected_unknown + rejected_impossible
    )
    or orders <> orders_complete + orders_cancelled + orders_missing_steps + orders_in_progress
    or late_events > events
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
with lines as (
    select * from `caspersdev`.`lakeflow`.`landed_lines`
),
confused as (
    select file, line_number, 'rejected and more' as problem
    from lines
    where rejection_code is not null and (is_duplicate or event_key is not null)
),
unreadable as (
    select file, line_number, 'accepted without being readable' as problem
    from lines
    where
        rejection_code is null
        and (event_id is null or event_ts is null or order_id is null or event_key is null)
),
copies as (
    select min(file) as file, min(line_number) as line_number, 'not exactly one copy accepted' as problem
    from lines
    where rejection_code is null
    group by event_id
    having count(case when not is_duplicate then 1 end) <> 1
)
select * from confused
union all
select * from unreadable
union all
select * from copies
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'event_id', 'nulls', count(*) - count(event_id)), named_struct('column_name', 'event_type', 'nulls', count(*) - count(event_type)), named_struct('column_name', 'ts', 'nulls', count(*) - count(ts)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'sequence', 'nulls', count(*) - count(sequence)), named_struct('column_name', 'body', 'nulls', count(*) - count(body)), named_struct('column_name', 'event_ts', 'nulls', count(*) - count(event_ts))) as counts from `caspersdev`.`lakeflow`.`all_events`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'brand_location_id', 'nulls', count(*) - count(brand_location_id)), named_struct('column_name', 'brand_id', 'nulls', count(*) - count(brand_id)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'start_day', 'nulls', count(*) - count(start_day)), named_struct('column_name', 'trajectory', 'nulls', count(*) - count(trajectory)), named_struct('column_name', 'growth_rate_monthly', 'nulls', count(*) - count(growth_rate_monthly))) as counts from `caspersdev`.`simulator`.`brand_locations`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'brand_id', 'nulls', count(*) - count(brand_id)), named_struct('column_name', 'name', 'nulls', count(*) - count(name)), named_struct('column_name', 'cuisine_type', 'nulls', count(*) - count(cuisine_type)), named_struct('column_name', 'avg_prep_time_min', 'nulls', count(*) - count(avg_prep_time_min))) as counts from `caspersdev`.`simulator`.`brands`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'cancellation_reason', 'nulls', count(*) - count(cancellation_reason)), named_struct('column_name', 'cancelled_by', 'nulls', count(*) - count(cancelled_by)), named_struct('column_name', 'description', 'nulls', count(*) - count(description))) as counts from `caspersdev`.`simulator`.`cancellation_reasons`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'id', 'nulls', count(*) - count(id)), named_struct('column_name', 'menu_id', 'nulls', count(*) - count(menu_id)), named_struct('column_name', 'brand_id', 'nulls', count(*) - count(brand_id)), named_struct('column_name', 'name', 'nulls', count(*) - count(name))) as counts from `caspersdev`.`simulator`.`categories`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'order_key', 'nulls', count(*) - count(order_key)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'order_day', 'nulls', count(*) - count(order_day)), named_struct('column_name', 'delivered_ts', 'nulls', count(*) - count(delivered_ts)), named_struct('column_name', 'complained_ts', 'nulls', count(*) - count(complained_ts)), named_struct('column_name', 'complaint_category', 'nulls', count(*) - count(complaint_category)), named_struct('column_name', 'history_deliveries', 'nulls', count(*) - count(history_deliveries)), named_struct('column_name', 'basket', 'nulls', count(*) - count(basket)), named_struct('column_name', 'delivered_day', 'nulls', count(*) - count(delivered_day))) as counts from `caspersdev`.`complaints`.`complaint_candidates`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'number', 'nulls', count(*) - count(number)), named_struct('column_name', 'kind', 'nulls', count(*) - count(kind)), named_struct('column_name', 'phrase', 'nulls', count(*) - count(phrase))) as counts from `caspersdev`.`simulator`.`complaint_phrases`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'complaint_id', 'nulls', count(*) - count(complaint_id)), named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'ts', 'nulls', count(*) - count(ts)), named_struct('column_name', 'agent_response', 'nulls', count(*) - count(agent_response)), named_struct('column_name', 'complaint_category', 'nulls', count(*) - count(complaint_category)), named_struct('column_name', 'credit_amount', 'nulls', count(*) - count(credit_amount)), named_struct('column_name', 'rationale', 'nulls', count(*) - count(rationale)), named_struct('column_name', 'customer_response', 'nulls', count(*) - count(customer_response)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'delivered_day', 'nulls', count(*) - count(delivered_day))) as counts from `caspersdev`.`complaints`.`complaint_responses`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'priority', 'nulls', count(*) - count(priority)), named_struct('column_name', 'kind', 'nulls', count(*) - count(kind)), named_struct('column_name', 'word', 'nulls', count(*) - count(word)), named_struct('column_name', 'conformed_name', 'nulls', count(*) - count(conformed_name))) as counts from `caspersdev`.`simulator`.`conformed_names`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'day', 'nulls', count(*) - count(day)), named_struct('column_name', 'deliveries', 'nulls', count(*) - count(deliveries))) as counts from `caspersdev`.`recommender`.`delivery_percentiles_trailing`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'brand_id', 'nulls', count(*) - count(brand_id)), named_struct('column_name', 'name', 'nulls', count(*) - count(name)), named_struct('column_name', 'cuisine', 'nulls', count(*) - count(cuisine)), named_struct('column_name', 'cuisine_group', 'nulls', count(*) - count(cuisine_group)), named_struct('column_name', 'avg_prep_time_min', 'nulls', count(*) - count(avg_prep_time_min)), named_struct('column_name', 'kitchens', 'nulls', count(*) - count(kitchens))) as counts from `caspersdev`.`lakeflow`.`dim_brand`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'brand_location_id', 'nulls', count(*) - count(brand_location_id)), named_struct('column_name', 'brand_id', 'nulls', count(*) - count(brand_id)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'trajectory', 'nulls', count(*) - count(trajectory)), named_struct('column_name', 'growth_rate_monthly', 'nulls', count(*) - count(growth_rate_monthly))) as counts from `caspersdev`.`lakeflow`.`dim_brand_location`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'customer_key', 'nulls', count(*) - count(customer_key)), named_struct('column_name', 'customer_id', 'nulls', count(*) - count(customer_id)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'first_order_key', 'nulls', count(*) - count(first_order_key)), named_struct('column_name', 'first_order_id', 'nulls', count(*) - count(first_order_id)), named_struct('column_name', 'first_order_ts', 'nulls', count(*) - count(first_order_ts)), named_struct('column_name', 'first_order_day', 'nulls', count(*) - count(first_order_day)), named_struct('column_name', 'cohort_week', 'nulls', count(*) - count(cohort_week)), named_struct('column_name', 'latest_order_day', 'nulls', count(*) - count(latest_order_day)), named_struct('column_name', 'orders', 'nulls', count(*) - count(orders)), named_struct('column_name', 'orders_delivered', 'nulls', count(*) - count(orders_delivered)), named_struct('column_name', 'orders_cancelled', 'nulls', count(*) - count(orders_cancelled)), named_struct('column_name', 'revenue', 'nulls', count(*) - count(revenue)), named_struct('column_name', 'is_repeat_customer', 'nulls', count(*) - count(is_repeat_customer))) as counts from `caspersdev`.`lakeflow`.`dim_customer`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'date_day', 'nulls', count(*) - count(date_day)), named_struct('column_name', 'day_number', 'nulls', count(*) - count(day_number)), named_struct('column_name', 'day_of_story', 'nulls', count(*) - count(day_of_story)), named_struct('column_name', 'weekday', 'nulls', count(*) - count(weekday)), named_struct('column_name', 'weekday_name', 'nulls', count(*) - count(weekday_name)), named_struct('column_name', 'is_weekend', 'nulls', count(*) - count(is_weekend)), named_struct('column_name', 'week_start', 'nulls', count(*) - count(week_start)), named_struct('column_name', 'month_start', 'nulls', count(*) - count(month_start)), named_struct('column_name', 'kitchens_with_rain', 'nulls', count(*) - count(kitchens_with_rain))) as counts from `caspersdev`.`lakeflow`.`dim_date`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'driver_key', 'nulls', count(*) - count(driver_key)), named_struct('column_name', 'driver_id', 'nulls', count(*) - count(driver_id)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'first_shift_day', 'nulls', count(*) - count(first_shift_day)), named_struct('column_name', 'latest_shift_day', 'nulls', count(*) - count(latest_shift_day)), named_struct('column_name', 'shifts', 'nulls', count(*) - count(shifts)), named_struct('column_name', 'orders_delivered', 'nulls', count(*) - count(orders_delivered)), named_struct('column_name', 'worked_minutes', 'nulls', count(*) - count(worked_minutes)), named_struct('column_name', 'driving_minutes', 'nulls', count(*) - count(driving_minutes)), named_struct('column_name', 'waiting_minutes', 'nulls', count(*) - count(waiting_minutes)), named_struct('column_name', 'idle_minutes', 'nulls', count(*) - count(idle_minutes))) as counts from `caspersdev`.`lakeflow`.`dim_driver`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'item_id', 'nulls', count(*) - count(item_id)), named_struct('column_name', 'name', 'nulls', count(*) - count(name)), named_struct('column_name', 'price', 'nulls', count(*) - count(price)), named_struct('column_name', 'menu_id', 'nulls', count(*) - count(menu_id)), named_struct('column_name', 'menu_name', 'nulls', count(*) - count(menu_name)), named_struct('column_name', 'category_id', 'nulls', count(*) - count(category_id)), named_struct('column_name', 'category_name', 'nulls', count(*) - count(category_name)), named_struct('column_name', 'category', 'nulls', count(*) - count(category)), named_struct('column_name', 'brand_id', 'nulls', count(*) - count(brand_id)), named_struct('column_name', 'brand_name', 'nulls', count(*) - count(brand_name)), named_struct('column_name', 'cuisine', 'nulls', count(*) - count(cuisine)), named_struct('column_name', 'cuisine_group', 'nulls', count(*) - count(cuisine_group))) as counts from `caspersdev`.`lakeflow`.`dim_item`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'location_code', 'nulls', count(*) - count(location_code)), named_struct('column_name', 'name', 'nulls', count(*) - count(name)), named_struct('column_name', 'address', 'nulls', count(*) - count(address)), named_struct('column_name', 'lat', 'nulls', count(*) - count(lat)), named_struct('column_name', 'lon', 'nulls', count(*) - count(lon)), named_struct('column_name', 'radius_mi', 'nulls', count(*) - count(radius_mi)), named_struct('column_name', 'stations', 'nulls', count(*) - count(stations)), named_struct('column_name', 'base_orders_day', 'nulls', count(*) - count(base_orders_day)), named_struct('column_name', 'growth_rate_daily', 'nulls', count(*) - count(growth_rate_daily)), named_struct('column_name', 'narrative', 'nulls', count(*) - count(narrative))) as counts from `caspersdev`.`lakeflow`.`dim_location`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'date_day', 'nulls', count(*) - count(date_day)), named_struct('column_name', 'high_c', 'nulls', count(*) - count(high_c)), named_struct('column_name', 'low_c', 'nulls', count(*) - count(low_c)), named_struct('column_name', 'precipitation_mm', 'nulls', count(*) - count(precipitation_mm)), named_struct('column_name', 'is_wet', 'nulls', count(*) - count(is_wet)), named_struct('column_name', 'wet_hours', 'nulls', count(*) - count(wet_hours))) as counts from `caspersdev`.`lakeflow`.`dim_weather`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'event_type_id', 'nulls', count(*) - count(event_type_id)), named_struct('column_name', 'event_type', 'nulls', count(*) - count(event_type)), named_struct('column_name', 'description', 'nulls', count(*) - count(description))) as counts from `caspersdev`.`simulator`.`event_types`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'order_key', 'nulls', count(*) - count(order_key)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'order_day', 'nulls', count(*) - count(order_day)), named_struct('column_name', 'status', 'nulls', count(*) - count(status)), named_struct('column_name', 'has_complaint', 'nulls', count(*) - count(has_complaint))) as counts from `caspersdev`.`lakeflow`.`fct_orders`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'day', 'nulls', count(*) - count(day)), named_struct('column_name', 'orders', 'nulls', count(*) - count(orders))) as counts from `caspersdev`.`lakeflow`.`gold_brand_sales_day`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'day', 'nulls', count(*) - count(day)), named_struct('column_name', 'lines', 'nulls', count(*) - count(lines)), named_struct('column_name', 'events', 'nulls', count(*) - count(events)), named_struct('column_name', 'duplicates', 'nulls', count(*) - count(duplicates)), named_struct('column_name', 'rejected', 'nulls', count(*) - count(rejected)), named_struct('column_name', 'rejected_unreadable', 'nulls', count(*) - count(rejected_unreadable)), named_struct('column_name', 'rejected_incomplete', 'nulls', count(*) - count(rejected_incomplete)), named_struct('column_name', 'rejected_wrong_type', 'nulls', count(*) - count(rejected_wrong_type)), named_struct('column_name', 'rejected_unknown', 'nulls', count(*) - count(rejected_unknown)), named_struct('column_name', 'rejected_impossible', 'nulls', count(*) - count(rejected_impossible)), named_struct('column_name', 'late_events', 'nulls', count(*) - count(late_events)), named_struct('column_name', 'orders', 'nulls', count(*) - count(orders)), named_struct('column_name', 'orders_created', 'nulls', count(*) - count(orders_created)), named_struct('column_name', 'orders_complete', 'nulls', count(*) - count(orders_complete)), named_struct('column_name', 'orders_cancelled', 'nulls', count(*) - count(orders_cancelled)), named_struct('column_name', 'orders_missing_steps', 'nulls', count(*) - count(orders_missing_steps)), named_struct('column_name', 'orders_in_progress', 'nulls', count(*) - count(orders_in_progress)), named_struct('column_name', 'orders_delivered_before_created', 'nulls', count(*) - count(orders_delivered_before_created)), named_struct('column_name', 'orders_created_twice', 'nulls', count(*) - count(orders_created_twice))) as counts from `caspersdev`.`lakeflow`.`gold_data_quality_day`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'day', 'nulls', count(*) - count(day)), named_struct('column_name', 'orders_delivered', 'nulls', count(*) - count(orders_delivered)), named_struct('column_name', 'p50_minutes', 'nulls', count(*) - count(p50_minutes)), named_struct('column_name', 'p75_minutes', 'nulls', count(*) - count(p75_minutes)), named_struct('column_name', 'p99_minutes', 'nulls', count(*) - count(p99_minutes))) as counts from `caspersdev`.`lakeflow`.`gold_delivery_times_day`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'item_id', 'nulls', count(*) - count(item_id)), named_struct('column_name', 'day', 'nulls', count(*) - count(day))) as counts from `caspersdev`.`lakeflow`.`gold_item_sales_day`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'day', 'nulls', count(*) - count(day)), named_struct('column_name', 'orders', 'nulls', count(*) - count(orders)), named_struct('column_name', 'orders_delivered', 'nulls', count(*) - count(orders_delivered)), named_struct('column_name', 'orders_cancelled', 'nulls', count(*) - count(orders_cancelled)), named_struct('column_name', 'orders_with_basket', 'nulls', count(*) - count(orders_with_basket)), named_struct('column_name', 'judged_orders', 'nulls', count(*) - count(judged_orders)), named_struct('column_name', 'late_orders', 'nulls', count(*) - count(late_orders)), named_struct('column_name', 'late_orders_kitchen', 'nulls', count(*) - count(late_orders_kitchen)), named_struct('column_name', 'late_orders_pickup', 'nulls', count(*) - count(late_orders_pickup)), named_struct('column_name', 'late_orders_drive', 'nulls', count(*) - count(late_orders_drive)), named_struct('column_name', 'promised_orders', 'nulls', count(*) - count(promised_orders)), named_struct('column_name', 'kept_promises', 'nulls', count(*) - count(kept_promises)), named_struct('column_name', 'orders_of_known_customers', 'nulls', count(*) - count(orders_of_known_customers)), named_struct('column_name', 'repeat_orders', 'nulls', count(*) - count(repeat_orders)), named_struct('column_name', 'scored_orders', 'nulls', count(*) - count(scored_orders)), named_struct('column_name', 'refunds_recommended', 'nulls', count(*) - count(refunds_recommended)), named_struct('column_name', 'refunds_decided', 'nulls', count(*) - count(refunds_decided)), named_struct('column_name', 'complaints', 'nulls', count(*) - count(complaints)), named_struct('column_name', 'orders_with_total_minutes', 'nulls', count(*) - count(orders_with_total_minutes)), named_struct('column_name', 'orders_with_kitchen_minutes', 'nulls', count(*) - count(orders_with_kitchen_minutes)), named_struct('column_name', 'orders_with_pickup_wait_minutes', 'nulls', count(*) - count(orders_with_pickup_wait_minutes)), named_struct('column_name', 'orders_with_drive_minutes', 'nulls', count(*) - count(orders_with_drive_minutes))) as counts from `caspersdev`.`lakeflow`.`gold_kitchen_day`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'name', 'nulls', count(*) - count(name)), named_struct('column_name', 'orders', 'nulls', count(*) - count(orders)), named_struct('column_name', 'revenue', 'nulls', count(*) - count(revenue)), named_struct('column_name', 'refunds_none', 'nulls', count(*) - count(refunds_none)), named_struct('column_name', 'refunds_partial', 'nulls', count(*) - count(refunds_partial)), named_struct('column_name', 'refunds_full', 'nulls', count(*) - count(refunds_full)), named_struct('column_name', 'refunded', 'nulls', count(*) - count(refunded))) as counts from `caspersdev`.`lakeflow`.`gold_kitchen_summary`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'hour_ts', 'nulls', count(*) - count(hour_ts)), named_struct('column_name', 'orders', 'nulls', count(*) - count(orders))) as counts from `caspersdev`.`lakeflow`.`gold_location_sales_hourly`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'order_day', 'nulls', count(*) - count(order_day)), named_struct('column_name', 'total_items', 'nulls', count(*) - count(total_items))) as counts from `caspersdev`.`lakeflow`.`gold_order_header`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'day', 'nulls', count(*) - count(day)), named_struct('column_name', 'recommended', 'nulls', count(*) - count(recommended)), named_struct('column_name', 'recommended_usd', 'nulls', count(*) - count(recommended_usd)), named_struct('column_name', 'decided', 'nulls', count(*) - count(decided)), named_struct('column_name', 'decided_usd', 'nulls', count(*) - count(decided_usd)), named_struct('column_name', 'agreed', 'nulls', count(*) - count(agreed)), named_struct('column_name', 'agreed_usd', 'nulls', count(*) - count(agreed_usd)), named_struct('column_name', 'overridden_up', 'nulls', count(*) - count(overridden_up)), named_struct('column_name', 'overridden_up_usd', 'nulls', count(*) - count(overridden_up_usd)), named_struct('column_name', 'overridden_down', 'nulls', count(*) - count(overridden_down)), named_struct('column_name', 'overridden_down_usd', 'nulls', count(*) - count(overridden_down_usd))) as counts from `caspersdev`.`lakeflow`.`gold_refund_agreement_day`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'day', 'nulls', count(*) - count(day)), named_struct('column_name', 'rejection_code', 'nulls', count(*) - count(rejection_code)), named_struct('column_name', 'lines', 'nulls', count(*) - count(lines))) as counts from `caspersdev`.`lakeflow`.`gold_rejected_lines_day`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'day_of_story', 'nulls', count(*) - count(day_of_story)), named_struct('column_name', 'holiday', 'nulls', count(*) - count(holiday))) as counts from `caspersdev`.`simulator`.`holidays`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'id', 'nulls', count(*) - count(id)), named_struct('column_name', 'category_id', 'nulls', count(*) - count(category_id)), named_struct('column_name', 'menu_id', 'nulls', count(*) - count(menu_id)), named_struct('column_name', 'brand_id', 'nulls', count(*) - count(brand_id)), named_struct('column_name', 'name', 'nulls', count(*) - count(name)), named_struct('column_name', 'price', 'nulls', count(*) - count(price))) as counts from `caspersdev`.`simulator`.`items`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'file', 'nulls', count(*) - count(file)), named_struct('column_name', 'line_number', 'nulls', count(*) - count(line_number)), named_struct('column_name', 'file_bytes', 'nulls', count(*) - count(file_bytes)), named_struct('column_name', 'load_number', 'nulls', count(*) - count(load_number))) as counts from `caspersdev`.`lakeflow`.`landed_agent_responses`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'file', 'nulls', count(*) - count(file)), named_struct('column_name', 'line_number', 'nulls', count(*) - count(line_number)), named_struct('column_name', 'file_bytes', 'nulls', count(*) - count(file_bytes)), named_struct('column_name', 'load_number', 'nulls', count(*) - count(load_number)), named_struct('column_name', 'is_duplicate', 'nulls', count(*) - count(is_duplicate))) as counts from `caspersdev`.`lakeflow`.`landed_decisions`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'file', 'nulls', count(*) - count(file)), named_struct('column_name', 'file_bytes', 'nulls', count(*) - count(file_bytes)), named_struct('column_name', 'load_number', 'nulls', count(*) - count(load_number)), named_struct('column_name', 'is_duplicate', 'nulls', count(*) - count(is_duplicate))) as counts from `caspersdev`.`lakeflow`.`landed_lines`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'location_code', 'nulls', count(*) - count(location_code)), named_struct('column_name', 'name', 'nulls', count(*) - count(name)), named_struct('column_name', 'address', 'nulls', count(*) - count(address)), named_struct('column_name', 'lat', 'nulls', count(*) - count(lat)), named_struct('column_name', 'lon', 'nulls', count(*) - count(lon)), named_struct('column_name', 'radius_mi', 'nulls', count(*) - count(radius_mi)), named_struct('column_name', 'stations', 'nulls', count(*) - count(stations)), named_struct('column_name', 'base_orders_day', 'nulls', count(*) - count(base_orders_day)), named_struct('column_name', 'growth_rate_daily', 'nulls', count(*) - count(growth_rate_daily)), named_struct('column_name', 'narrative', 'nulls', count(*) - count(narrative))) as counts from `caspersdev`.`simulator`.`locations`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'id', 'nulls', count(*) - count(id)), named_struct('column_name', 'brand_id', 'nulls', count(*) - count(brand_id)), named_struct('column_name', 'name', 'nulls', count(*) - count(name))) as counts from `caspersdev`.`simulator`.`menus`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'complaint_id', 'nulls', count(*) - count(complaint_id)), named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'ts', 'nulls', count(*) - count(ts)), named_struct('column_name', 'complaint_category', 'nulls', count(*) - count(complaint_category)), named_struct('column_name', 'complaint_text', 'nulls', count(*) - count(complaint_text)), named_struct('column_name', 'generated_by', 'nulls', count(*) - count(generated_by)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'delivered_day', 'nulls', count(*) - count(delivered_day))) as counts from `caspersdev`.`complaints`.`raw_complaints`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'order_day', 'nulls', count(*) - count(order_day)), named_struct('column_name', 'delivered_day', 'nulls', count(*) - count(delivered_day)), named_struct('column_name', 'history_deliveries', 'nulls', count(*) - count(history_deliveries))) as counts from `caspersdev`.`recommender`.`refund_candidates`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'decision_id', 'nulls', count(*) - count(decision_id)), named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'order_key', 'nulls', count(*) - count(order_key)), named_struct('column_name', 'decided_ts', 'nulls', count(*) - count(decided_ts)), named_struct('column_name', 'amount_usd', 'nulls', count(*) - count(amount_usd)), named_struct('column_name', 'refund_class', 'nulls', count(*) - count(refund_class)), named_struct('column_name', 'reason', 'nulls', count(*) - count(reason)), named_struct('column_name', 'is_current', 'nulls', count(*) - count(is_current))) as counts from `caspersdev`.`recommender`.`refund_decisions`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'ts', 'nulls', count(*) - count(ts)), named_struct('column_name', 'agent_response', 'nulls', count(*) - count(agent_response)), named_struct('column_name', 'refund_usd', 'nulls', count(*) - count(refund_usd)), named_struct('column_name', 'refund_class', 'nulls', count(*) - count(refund_class)), named_struct('column_name', 'reason', 'nulls', count(*) - count(reason)), named_struct('column_name', 'generated_by', 'nulls', count(*) - count(generated_by)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'delivered_day', 'nulls', count(*) - count(delivered_day))) as counts from `caspersdev`.`recommender`.`refund_recommendations`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'file', 'nulls', count(*) - count(file)), named_struct('column_name', 'rejection_code', 'nulls', count(*) - count(rejection_code)), named_struct('column_name', 'reason', 'nulls', count(*) - count(reason))) as counts from `caspersdev`.`lakeflow`.`rejected_events`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'rejection_code', 'nulls', count(*) - count(rejection_code)), named_struct('column_name', 'fault_group', 'nulls', count(*) - count(fault_group)), named_struct('column_name', 'reason', 'nulls', count(*) - count(reason))) as counts from `caspersdev`.`simulator`.`rejection_reasons`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'driver_id', 'nulls', count(*) - count(driver_id)), named_struct('column_name', 'shift_day', 'nulls', count(*) - count(shift_day)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'began_ts', 'nulls', count(*) - count(began_ts)), named_struct('column_name', 'ended_ts', 'nulls', count(*) - count(ended_ts)), named_struct('column_name', 'orders', 'nulls', count(*) - count(orders)), named_struct('column_name', 'orders_delivered', 'nulls', count(*) - count(orders_delivered)), named_struct('column_name', 'orders_batched', 'nulls', count(*) - count(orders_batched)), named_struct('column_name', 'worked_minutes', 'nulls', count(*) - count(worked_minutes)), named_struct('column_name', 'driving_minutes', 'nulls', count(*) - count(driving_minutes)), named_struct('column_name', 'waiting_minutes', 'nulls', count(*) - count(waiting_minutes)), named_struct('column_name', 'idle_minutes', 'nulls', count(*) - count(idle_minutes))) as counts from `caspersdev`.`lakeflow`.`silver_courier_shifts`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'event_id', 'nulls', count(*) - count(event_id)), named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'ping_ts', 'nulls', count(*) - count(ping_ts)), named_struct('column_name', 'ping_day', 'nulls', count(*) - count(ping_day))) as counts from `caspersdev`.`lakeflow`.`silver_driver_pings`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'line_number', 'nulls', count(*) - count(line_number)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'order_ts', 'nulls', count(*) - count(order_ts)), named_struct('column_name', 'order_day', 'nulls', count(*) - count(order_day)), named_struct('column_name', 'item_id', 'nulls', count(*) - count(item_id)), named_struct('column_name', 'price', 'nulls', count(*) - count(price)), named_struct('column_name', 'qty', 'nulls', count(*) - count(qty)), named_struct('column_name', 'extended_price', 'nulls', count(*) - count(extended_price))) as counts from `caspersdev`.`lakeflow`.`silver_order_items`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'order_id', 'nulls', count(*) - count(order_id)), named_struct('column_name', 'order_key', 'nulls', count(*) - count(order_key)), named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'order_day', 'nulls', count(*) - count(order_day)), named_struct('column_name', 'status', 'nulls', count(*) - count(status)), named_struct('column_name', 'creations', 'nulls', count(*) - count(creations)), named_struct('column_name', 'pings', 'nulls', count(*) - count(pings)), named_struct('column_name', 'first_event_ts', 'nulls', count(*) - count(first_event_ts)), named_struct('column_name', 'last_event_ts', 'nulls', count(*) - count(last_event_ts))) as counts from `caspersdev`.`lakeflow`.`silver_order_timeline`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'name', 'nulls', count(*) - count(name)), named_struct('column_name', 'word', 'nulls', count(*) - count(word))) as counts from `caspersdev`.`simulator`.`vocabulary`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select counted.column_name, counted.nulls
from (
    select explode(counts) as counted
    from (select array(named_struct('column_name', 'location_id', 'nulls', count(*) - count(location_id)), named_struct('column_name', 'day_number', 'nulls', count(*) - count(day_number)), named_struct('column_name', 'high_c', 'nulls', count(*) - count(high_c)), named_struct('column_name', 'low_c', 'nulls', count(*) - count(low_c)), named_struct('column_name', 'precipitation_mm', 'nulls', count(*) - count(precipitation_mm))) as counts from `caspersdev`.`simulator`.`weather`) as counted_once
) as counted_columns
where counted.nulls > 0
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select order_id, subtotal, delivery_fee, service_fee, tax, tip, discount, total
from `caspersdev`.`lakeflow`.`silver_order_timeline`
where total <> subtotal + delivery_fee + service_fee + tax + tip - discount
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
with verdicts as (
    select
        *,
        from_json(agent_response, 'refund_usd string, refund_class string, reason string') as response
    from `caspersdev`.`recommender`.`refund_recommendations`
)
select order_id, refund_class, refund_usd, order_revenue, total_minutes, p75_minutes, p99_minutes, reason
from verdicts
where
    refund_usd < 0
    or refund_usd > coalesce(order_revenue, 0)
    or (refund_class = 'none') <> (refund_usd = 0) and order_revenue > 0.10
    or refund_class = 'full' and (refund_usd <> order_revenue or not total_minutes > p99_minutes)
    or refund_class = 'partial' and not (
        total_minutes > p75_minutes
        and total_minutes <= p99_minutes
        and refund_usd between order_revenue * 0.1 - 0.01
            and order_revenue * 0.5 + 0.01
    )
    or refund_class = 'none'
    and total_minutes > p75_minutes
    and reason not like 'Too little history%'
    and order_revenue is not null
    or response.refund_usd is null
    or cast(response.refund_usd as decimal(10, 2)) <> refund_usd
    or response.refund_class <> refund_class
    or response.reason <> reason
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
with responses as (
    select
        *,
        from_json(agent_response, 'order_id string, complaint_category string, decision string, credit_amount string, confidence string, priority string, rationale string, customer_response string') as response
    from `caspersdev`.`complaints`.`complaint_responses`
),
-- The step that a rounded credit may be away from its exact amount, and never more than the order cost.
judged as (
    select
        responses.*,
        candidates.order_revenue,
        candidates.total_minutes,
        candidates.p75_minutes,
        candidates.p99_minutes,
        50 * 0.01 as step,
        case
            when candidates.total_minutes > candidates.p99_minutes then 0.25
            when candidates.total_minutes > candidates.p75_minutes then 0.15
            else 0.0
        end as delay_share
    from responses
    left join `caspersdev`.`complaints`.`complaint_candidates` as candidates on responses.order_id = candidates.order_id
)
select complaint_id, complaint_category, decision, credit_amount, order_revenue, total_minutes, p75_minutes, p99_minutes, rationale
from judged
where
    credit_amount < 0
    or credit_amount > coalesce(order_revenue, 0)
    or cast(credit_amount * 100 as bigint) % 50 <> 0
    or decision = 'escalate' and (credit_amount <> 0 or generated_by <> 'endpoint' and confidence <> 'low')
    or decision = 'suggest_credit' and (priority <> 'standard' or complaint_category in ('service_issue', 'other'))
    or decision = 'suggest_credit'
    and complaint_category = 'delivery_delay'
    and (
        p75_minutes is null
        or credit_amount > order_revenue * delay_share + step
        or credit_amount < order_revenue * delay_share - step and credit_amount < order_revenue - 2 * step
        or delay_share = 0 and credit_amount <> 0
    )
    or decision = 'suggest_credit'
    and complaint_category = 'food_quality'
    and (
        credit_amount > order_revenue * 0.4 + step
        or credit_amount < order_revenue * 0.2 - step
    )
    or response.credit_amount is null
    or cast(response.credit_amount as decimal(10, 2)) <> credit_amount
    or response.order_id <> order_id
    or response.complaint_category <> complaint_category
    or response.decision <> decision
    or response.confidence <> confidence
    or response.priority <> priority
    or response.rationale <> rationale
    or response.customer_response <> customer_response
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select driver_id, shift_day, worked_minutes, driving_minutes, waiting_minutes, idle_minutes
from `caspersdev`.`lakeflow`.`silver_courier_shifts`
where
    abs(worked_minutes - driving_minutes - waiting_minutes - idle_minutes) > 0.0001
    or driving_minutes < 0
    or waiting_minutes < 0
    or idle_minutes < 0
    or orders_delivered > orders
    or orders_batched > orders
    or orders_batched = 1
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select order_id, created_ts, started_ts, finished_ts, ready_ts, driver_arrived_ts, picked_up_ts, delivered_ts
from `caspersdev`.`lakeflow`.`silver_order_timeline`
where
    started_ts < created_ts
    or finished_ts < started_ts
    or ready_ts < finished_ts
    or picked_up_ts < ready_ts
    or picked_up_ts < driver_arrived_ts
    or delivered_ts < picked_up_ts
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
  -- This test finds days whose deliveries the timeline and the daily figures count differently.
with timeline as (
    select location_id, delivered_day as day, count(*) as deliveries
    from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where total_minutes is not null and true
    group by location_id, delivered_day
),
daily as (
    select location_id, day, orders_delivered as deliveries
    from `caspersdev`.`lakeflow`.`gold_delivery_times_day`
    where true
)
select
    coalesce(timeline.location_id, daily.location_id) as location_id,
    coalesce(timeline.day, daily.day) as day,
    timeline.deliveries as timeline_deliveries,
    daily.deliveries as daily_deliveries
from timeline
full outer join daily on timeline.location_id = daily.location_id and timeline.day = daily.day
where timeline.deliveries is distinct from daily.deliveries and not exists (select 1 from `caspersdev`.`increments`.`pending` as pending where pending.model in ('gold_delivery_times_day', 'landed_lines', 'silver_order_timeline'))
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
-- This test finds dishes sold under other names than their numbers have in the seeds, if most were: what landed then
-- belongs to another business, and CASPERS_WORLD should name it. A dish that was renamed since is none of them.
with items as (select * from `caspersdev`.`simulator`.`items`),
sold as (
    select distinct item_id, item_name
    from `caspersdev`.`lakeflow`.`silver_order_items`
),
compared as (
    select
        sold.item_id,
        sold.item_name,
        items.name as name_in_seeds,
        case when sold.item_name <> items.name then 1 else 0 end as differs
    from sold
    inner join items on sold.item_id = items.id
),
counted as (
    select
        compared.*,
        sum(differs) over () as differing,
        count(*) over () as dishes
    from compared
)
select item_id, item_name, name_in_seeds
from counted
where differs = 1 and 2 * differing > dishes
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
  -- This test finds orders that are in one layer and not in the next: every order of bronze has a timeline,
-- every order with a basket has a header, every delivered order is judged.
with bronze_orders as (
    select distinct order_id from `caspersdev`.`lakeflow`.`all_events`
    where true
),
timeline_orders as (
    select order_id from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where true
),
basket_orders as (
    select distinct order_id from `caspersdev`.`lakeflow`.`silver_order_items`
    where true
),
header_orders as (
    select order_id from `caspersdev`.`lakeflow`.`gold_order_header`
    where true
),
delivered_orders as (
    select order_id from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where status = 'delivered' and true
),
judged_orders as (
    select order_id from `caspersdev`.`recommender`.`refund_recommendations`
    where true
)
select
    coalesce(bronze_orders.order_id, timeline_orders.order_id) as order_id,
    'bronze and timeline' as between_tables
from bronze_orders
full outer join timeline_orders on bronze_orders.order_id = timeline_orders.order_id
where (bronze_orders.order_id is null or timeline_orders.order_id is null) and not exists (select 1 from `caspersdev`.`increments`.`pending` as pending where pending.model in ('delivery_percentiles_trailing', 'gold_delivery_times_day', 'gold_order_header', 'landed_agent_responses', 'landed_lines', 'refund_candidates', 'refund_recommendations', 'silver_order_items', 'silver_order_timeline'))
union all
select
    coalesce(basket_orders.order_id, header_orders.order_id) as order_id,
    'baskets and headers' as between_tables
from basket_orders
full outer join header_orders on basket_orders.order_id = header_orders.order_id
where (basket_orders.order_id is null or header_orders.order_id is null) and not exists (select 1 from `caspersdev`.`increments`.`pending` as pending where pending.model in ('delivery_percentiles_trailing', 'gold_delivery_times_day', 'gold_order_header', 'landed_agent_responses', 'landed_lines', 'refund_candidates', 'refund_recommendations', 'silver_order_items', 'silver_order_timeline'))
union all
select
    coalesce(delivered_orders.order_id, judged_orders.order_id) as order_id,
    'deliveries and verdicts' as between_tables
from delivered_orders
full outer join judged_orders on delivered_orders.order_id = judged_orders.order_id
where (delivered_orders.order_id is null or judged_orders.order_id is null) and not exists (select 1 from `caspersdev`.`increments`.`pending` as pending where pending.model in ('delivery_percentiles_trailing', 'gold_delivery_times_day', 'gold_order_header', 'landed_agent_responses', 'landed_lines', 'refund_candidates', 'refund_recommendations', 'silver_order_items', 'silver_order_timeline'))
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
  -- This test finds orders whose GPS fixes are not counted alike in bronze, in silver and in the timeline.
with bronze_pings as (
    select order_id, cast(event_ts as date) as day, count(*) as pings
    from `caspersdev`.`lakeflow`.`all_events`
    where event_type = 'driver_ping' and true
    group by order_id, cast(event_ts as date)
),
silver_pings as (
    select order_id, ping_day as day, count(*) as pings
    from `caspersdev`.`lakeflow`.`silver_driver_pings`
    where true
    group by order_id, ping_day
),
bronze_orders as (
    select order_id, count(*) as pings
    from `caspersdev`.`lakeflow`.`all_events`
    where event_type = 'driver_ping' and true
    group by order_id
),
timeline_orders as (
    select order_id, pings
    from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where true
)
select
    coalesce(bronze_pings.order_id, silver_pings.order_id) as order_id,
    'bronze and silver' as between_tables,
    bronze_pings.pings as pings,
    silver_pings.pings as other_pings
from bronze_pings
full outer join silver_pings on bronze_pings.order_id = silver_pings.order_id and bronze_pings.day = silver_pings.day
where bronze_pings.pings is distinct from silver_pings.pings and not exists (select 1 from `caspersdev`.`increments`.`pending` as pending where pending.model in ('landed_lines', 'silver_driver_pings', 'silver_order_timeline'))
union all
select
    coalesce(bronze_orders.order_id, timeline_orders.order_id) as order_id,
    'bronze and timeline' as between_tables,
    bronze_orders.pings as pings,
    timeline_orders.pings as other_pings
from bronze_orders
full outer join timeline_orders on bronze_orders.order_id = timeline_orders.order_id
where coalesce(bronze_orders.pings, 0) is distinct from coalesce(timeline_orders.pings, 0) and not exists (select 1 from `caspersdev`.`increments`.`pending` as pending where pending.model in ('landed_lines', 'silver_driver_pings', 'silver_order_timeline'))
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
  -- This test finds days whose quality figures are not those of the tables that they are made from.
with quality as (
    select
        day,
        sum(lines) as lines,
        sum(events) as events,
        sum(duplicates) as duplicates,
        sum(rejected) as rejected,
        sum(orders) as orders
    from `caspersdev`.`lakeflow`.`gold_data_quality_day`
    where true
    group by day
),
-- Dated and undated lines are fetched apart, so that engines can skip what lies outside the days.
lines as (
    select coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') as day, rejection_code, is_duplicate
    from `caspersdev`.`lakeflow`.`landed_lines`
    where event_ts is not null and true
    union all
    select coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') as day, rejection_code, is_duplicate
    from `caspersdev`.`lakeflow`.`landed_lines`
    where event_ts is null and true
),
landed as (
    select
        day,
        count(*) as lines,
        count(case when rejection_code is null and not is_duplicate then 1 end) as events,
        count(case when is_duplicate then 1 end) as duplicates,
        count(rejection_code) as rejected
    from lines
    group by day
),
timeline as (
    select order_day as day, count(*) as orders
    from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where true
    group by order_day
)
select
    coalesce(quality.day, landed.day, timeline.day) as day,
    quality.lines as quality_lines,
    landed.lines as landed_lines,
    quality.events as quality_events,
    landed.events as landed_events,
    quality.duplicates as quality_duplicates,
    landed.duplicates as landed_duplicates,
    quality.rejected as quality_rejected,
    landed.rejected as landed_rejected,
    quality.orders as quality_orders,
    timeline.orders as timeline_orders
from quality
full outer join landed on quality.day = landed.day
full outer join timeline on coalesce(quality.day, landed.day) = timeline.day
where
    not exists (select 1 from `caspersdev`.`increments`.`pending` as pending where pending.model in ('gold_data_quality_day', 'landed_lines', 'silver_order_timeline'))
    and (
        coalesce(quality.lines, 0) <> coalesce(landed.lines, 0)
        or coalesce(quality.events, 0) <> coalesce(landed.events, 0)
        or coalesce(quality.duplicates, 0) <> coalesce(landed.duplicates, 0)
        or coalesce(quality.rejected, 0) <> coalesce(landed.rejected, 0)
        or coalesce(quality.orders, 0) <> coalesce(timeline.orders, 0)
    )
    ) dbt_internal_test;

select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
  -- This test finds days on which two tables do not agree, to the cent, about what was sold.
with items as (
    select order_day as day, sum(extended_price) as revenue, sum(qty) as pieces
    from `caspersdev`.`lakeflow`.`silver_order_items`
    where true
    group by order_day
),
headers as (
    select order_day as day, sum(order_revenue) as revenue, sum(total_qty) as pieces
    from `caspersdev`.`lakeflow`.`gold_order_header`
    where true
    group by order_day
),
item_sales as (
    select day, sum(gross_revenue) as revenue, sum(units_sold) as pieces
    from `caspersdev`.`lakeflow`.`gold_item_sales_day`
    where true
    group by day
),
brand_sales as (
    select day, sum(brand_revenue) as revenue, sum(items_sold) as pieces
    from `caspersdev`.`lakeflow`.`gold_brand_sales_day`
    where true
    group by day
),
hourly_sales as (
    select cast(hour_ts as date) as day, sum(revenue) as revenue
    from `caspersdev`.`lakeflow`.`gold_location_sales_hourly`
    where true
    group by cast(hour_ts as date)
)
select
    coalesce(items.day, headers.day, item_sales.day, brand_sales.day, hourly_sales.day) as day,
    items.revenue as items_revenue,
    headers.revenue as headers_revenue,
    item_sales.revenue as item_sales_revenue,
    brand_sales.revenue as brand_sales_revenue,
    hourly_sales.revenue as hourly_sales_revenue
from items
full outer join headers on items.day = headers.day
full outer join item_sales on items.day = item_sales.day
full outer join brand_sales on items.day = brand_sales.day
full outer join hourly_sales on items.day = hourly_sales.day
where
    not exists (select 1 from `caspersdev`.`increments`.`pending` as pending where pending.model in ('gold_brand_sales_day', 'gold_item_sales_day', 'gold_location_sales_hourly', 'gold_order_header', 'landed_lines', 'silver_order_items', 'silver_order_timeline'))
    and (
        items.revenue is distinct from headers.revenue
        or items.revenue is distinct from item_sales.revenue
        or items.revenue is distinct from brand_sales.revenue
        or items.revenue is distinct from hourly_sales.revenue
        or items.pieces is distinct from headers.pieces
        or items.pieces is distinct from item_sales.pieces
        or items.pieces is distinct from brand_sales.pieces
    )
    ) dbt_internal_test;
