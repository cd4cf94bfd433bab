{% macro any_in_list(list, element, condition) %}
    {{ return(adapter.dispatch('any_in_list')(list, element, condition)) }}
{% endmacro %}

{% macro duckdb__any_in_list(list, element, condition) -%}
    len(list_filter({{ list }}, lambda {{ element }}: {{ condition }})) > 0
{%- endmacro %}

{% macro spark__any_in_list(list, element, condition) -%}
    exists({{ list }}, {{ element }} -> {{ condition }})
{%- endmacro %}

{% macro list_length(list) %}
    {{ return(adapter.dispatch('list_length')(list)) }}
{% endmacro %}

{% macro duckdb__list_length(list) -%}
    len({{ list }})
{%- endmacro %}

{#- Unlike `size`, null for null also where a session is not in ANSI mode, as those of dbt-spark are not. -#}
{% macro spark__list_length(list) -%}
    array_size({{ list }})
{%- endmacro %}
