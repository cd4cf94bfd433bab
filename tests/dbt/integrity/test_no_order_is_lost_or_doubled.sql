-- This test finds orders that are in one layer and not in the next: every order of bronze has a timeline,
-- every order with a basket has a header, every delivered order is judged.
with bronze_orders as (
    select distinct order_id from {{ ref('all_events') }}
),

timeline_orders as (
    select order_id, status from {{ ref('silver_order_timeline') }}
),

basket_orders as (
    select distinct order_id from {{ ref('silver_order_items') }}
),

header_orders as (
    select order_id from {{ ref('gold_order_header') }}
),

judged_orders as (
    select order_id from {{ ref('refund_recommendations') }}
)

select
    coalesce(bronze_orders.order_id, timeline_orders.order_id) as order_id,
    'bronze and timeline' as between_tables
from bronze_orders
full outer join timeline_orders on bronze_orders.order_id = timeline_orders.order_id
where (bronze_orders.order_id is null or timeline_orders.order_id is null) and {{ all_caught_up() }}

union all

select
    coalesce(basket_orders.order_id, header_orders.order_id) as order_id,
    'baskets and headers' as between_tables
from basket_orders
full outer join header_orders on basket_orders.order_id = header_orders.order_id
where (basket_orders.order_id is null or header_orders.order_id is null) and {{ all_caught_up() }}

union all

select
    coalesce(timeline_orders.order_id, judged_orders.order_id) as order_id,
    'deliveries and verdicts' as between_tables
from (select order_id from timeline_orders where status = 'delivered') as timeline_orders
full outer join judged_orders on timeline_orders.order_id = judged_orders.order_id
where (timeline_orders.order_id is null or judged_orders.order_id is null) and {{ all_caught_up() }}
