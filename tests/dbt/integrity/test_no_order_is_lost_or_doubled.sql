-- This test finds orders that are in one layer and not in the next: every order of bronze has a timeline,
-- every order with a basket has a header, every delivered order is judged.
{% set order_days = tested_days({'silver_order_items': 'order_day', 'gold_order_header': 'order_day'}) %}
{% set delivered_days = tested_days({
    'silver_order_timeline': 'delivered_day', 'refund_recommendations': 'delivered_day'
}) %}

with bronze_orders as (
    select distinct order_id from {{ ref('all_events') }}
    where {{ is_event_of_tested_order('order_id', 'event_ts') }}
),

timeline_orders as (
    select order_id from {{ ref('silver_order_timeline') }}
    where {{ is_tested_order('order_id') }}
),

basket_orders as (
    select distinct order_id from {{ ref('silver_order_items') }}
    where {{ is_tested_day('order_day', order_days) }}
),

header_orders as (
    select order_id from {{ ref('gold_order_header') }}
    where {{ is_tested_day('order_day', order_days) }}
),

delivered_orders as (
    select order_id from {{ ref('silver_order_timeline') }}
    where status = 'delivered' and {{ is_tested_day('delivered_day', delivered_days) }}
),

judged_orders as (
    select order_id from {{ ref('refund_recommendations') }}
    where {{ is_tested_day('delivered_day', delivered_days) }}
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
    coalesce(delivered_orders.order_id, judged_orders.order_id) as order_id,
    'deliveries and verdicts' as between_tables
from delivered_orders
full outer join judged_orders on delivered_orders.order_id = judged_orders.order_id
where (delivered_orders.order_id is null or judged_orders.order_id is null) and {{ all_caught_up() }}
