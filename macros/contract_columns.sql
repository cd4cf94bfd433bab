{% macro contract_columns(without=[]) %}
    {{ return(model.columns.keys() | reject('in', without) | list) }}
{% endmacro %}
