{% macro spark__safe_cast(field, type) %}
    {%- if type.startswith('array<') and (field | string).startswith("'[") -%}
    cast(split({{ field | replace("'[", "'") | replace("]'", "'") }}, ', ') as {{ type }})
    {%- else -%}
    {{ dbt.spark__safe_cast(field, type) }}
    {%- endif -%}
{% endmacro %}
