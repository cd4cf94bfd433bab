{#- A 64-bit number made from a text: twenty times cheaper to look up than the text itself. -#}
{% macro short_hash(expression) %}
    {{ return(adapter.dispatch('short_hash')(expression)) }}
{% endmacro %}

{% macro duckdb__short_hash(expression) -%}
    cast(md5_number_lower({{ expression }}) >> 1 as bigint)
{%- endmacro %}

{#- The same number: the last eight bytes of the MD5, the lowest first, without the lowest bit. -#}
{% macro spark__short_hash(expression) -%}
    cast(cast(conv(concat(
        {%- for byte in range(15, 7, -1) -%}
            substring(md5({{ expression }}), {{ 2 * byte + 1 }}, 2){{ ', ' if not loop.last }}
        {%- endfor -%}
    ), 16, 10) as decimal(20, 0)) div 2 as bigint)
{%- endmacro %}
