{#- After these the replay begins again, and with it weather and holidays. -#}
{% macro days_of_story() -%}
    90
{%- endmacro %}
