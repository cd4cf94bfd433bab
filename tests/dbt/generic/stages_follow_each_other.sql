{#- This test finds orders whose steps are stamped in an order that no kitchen can work in. -#}
{% test stages_follow_each_other(model) %}

select order_id, created_ts, started_ts, finished_ts, ready_ts, driver_arrived_ts, picked_up_ts, delivered_ts
from {{ model }}
where
    started_ts < created_ts
    or finished_ts < started_ts
    or ready_ts < finished_ts
    or picked_up_ts < ready_ts
    or picked_up_ts < driver_arrived_ts
    or delivered_ts < picked_up_ts

{% endtest %}
