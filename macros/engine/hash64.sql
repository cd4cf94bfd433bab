{% macro hash64(expression) %}
    {{ return(adapter.dispatch('hash64')(expression)) }}
{% endmacro %}

{% macro duckdb__hash64(expression) -%}
    cast(md5_number_lower({{ expression }}) >> 1 as bigint)
{%- endmacro %}

{#-
    The same number: the last eight bytes of the MD5, the lowest first, without the lowest bit; made from its
    fifteen upper digits and the last one, because a signed number holds no sixteen.
-#}
{% macro spark__hash64(expression) -%}
    (
        cast(conv(concat(
        {%- for byte in range(15, 8, -1) -%}
            substring(md5({{ expression }}), {{ 2 * byte + 1 }}, 2),
        {%- endfor -%}
            substring(md5({{ expression }}), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5({{ expression }}), 18, 1), 16, 10) as bigint) div 2
    )
{%- endmacro %}
