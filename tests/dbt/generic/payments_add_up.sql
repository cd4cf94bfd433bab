{#- This test finds orders whose total is not what its parts add up to. -#}
{% test payments_add_up(model) %}

select order_id, subtotal, delivery_fee, service_fee, tax, tip, discount, total
from {{ model }}
where total <> subtotal + delivery_fee + service_fee + tax + tip - discount

{% endtest %}
