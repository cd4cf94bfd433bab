{#- This test finds days on which decisions are neither agreed nor overridden, or more than one of them. -#}
{% test decisions_add_up(model) %}
    select * from {{ model }}
    where decided <> agreed + overridden_up + overridden_down
{% endtest %}
