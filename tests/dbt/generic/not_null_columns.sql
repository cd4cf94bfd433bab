{#- This test finds columns of which a row has no value. It reads the table once for all of them. -#}
{% test not_null_columns(model, columns) %}

{% set counts = [] %}
{% for column in columns %}
    {% do counts.append({'column_name': text_literal(column), 'nulls': 'count(*) - count(' ~ column ~ ')'}) %}
{% endfor %}
select counted.column_name, counted.nulls
from (
    select {{ explode_list('counts') }} as counted
    from (select {{ list_of_rows(counts) }} as counts from {{ model }}) as counted_once
) as counted_columns
where counted.nulls > 0

{% endtest %}
