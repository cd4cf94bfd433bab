-- One row: the days that the tables hold, and the last moment of which they know.
select
    min(order_day) as first_day,
    max(order_day) as last_order_day,
    max(greatest(order_ts, started_ts, ready_ts, picked_up_ts, delivered_ts, cancelled_ts)) as until_ts
from lakeflow.fct_orders
