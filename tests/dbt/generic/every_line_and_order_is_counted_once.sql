{#- This test finds days on which the counts of lines, rejections or orders do not add up. -#}
{% test every_line_and_order_is_counted_once(model) %}

select *
from {{ model }}
where
    lines <> events + duplicates + rejected
    or rejected <> (
        rejected_unreadable + rejected_incomplete + rejected_wrong_type + rejected_unknown + rejected_impossible
    )
    or orders <> orders_complete + orders_cancelled + orders_missing_steps + orders_in_progress
    or late_events > events

{% endtest %}
