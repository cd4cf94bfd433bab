{#- In whole numbers, so that two stages that are the same are it on every engine. -#}
{% macro milliseconds_beyond(minutes, usual_minutes) -%}
    (cast(round({{ minutes }} * 60000) as bigint) - cast({{ usual_minutes }} * 60000 as bigint))
{%- endmacro %}
