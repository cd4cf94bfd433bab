{#- This test finds shifts whose times do not add up to the time worked, or whose orders cannot be. -#}
{% test shifts_add_up(model) %}

select driver_id, shift_day, worked_minutes, driving_minutes, waiting_minutes, idle_minutes
from {{ model }}
where
    abs(worked_minutes - driving_minutes - waiting_minutes - idle_minutes) > 0.0001
    or driving_minutes < 0
    or waiting_minutes < 0
    or idle_minutes < 0
    or orders_delivered > orders
    or orders_batched > orders
    or orders_batched = 1

{% endtest %}
