{#-
    True where any element of a list fulfils a condition, false where none does; null for a null list.
    The condition names the element as the second argument says and may name columns of the row.
-#}
{% macro any_in_list(list, element, condition) %}
    {{ return(adapter.dispatch('any_in_list')(list, element, condition)) }}
{% endmacro %}

{% macro duckdb__any_in_list(list, element, condition) -%}
    len(list_filter({{ list }}, lambda {{ element }}: {{ condition }})) > 0
{%- endmacro %}

{% macro spark__any_in_list(list, element, condition) -%}
    exists({{ list }}, {{ element }} -> {{ condition }})
{%- endmacro %}

{#- Number of elements of a list; null for a null list. -#}
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
