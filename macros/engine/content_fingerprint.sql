{#- A text that changes when a row of a small table does. -#}
{% macro content_fingerprint(relation) -%}
    concat(cast(count(*) as {{ type_string() }}), ':',
        cast(coalesce(sum({{ hash64(row_as_text('content')) }} % 1000000007), 0) as {{ type_string() }}))
    as fingerprint from {{ relation }} as content
{%- endmacro %}

{% macro row_as_text(alias) %}
    {{ return(adapter.dispatch('row_as_text')(alias)) }}
{% endmacro %}

{% macro duckdb__row_as_text(alias) -%}
    cast({{ alias }} as varchar)
{%- endmacro %}

{% macro spark__row_as_text(alias) -%}
    to_json(struct({{ alias }}.*))
{%- endmacro %}

{% macro text_literal(value) %}
    {{ return(adapter.dispatch('text_literal')(value)) }}
{% endmacro %}

{% macro duckdb__text_literal(value) %}
    {{ return("'" ~ value | replace("'", "''") ~ "'") }}
{% endmacro %}

{% macro spark__text_literal(value) %}
    {{ return("'" ~ value | replace("\\", "\\\\") | replace("'", "\\'") ~ "'") }}
{% endmacro %}

{#- What a table of our own needs to be told about how it is stored. -#}
{% macro delta_table() %}
    {{ return(adapter.dispatch('delta_table')()) }}
{% endmacro %}

{% macro duckdb__delta_table() %}
    {{ return('') }}
{% endmacro %}

{% macro spark__delta_table() %}
    {{ return(' using delta') }}
{% endmacro %}
