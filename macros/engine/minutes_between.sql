{% macro minutes_between(earlier, later) -%}
    case when {{ later }} >= {{ earlier }} then {{ milliseconds_between(earlier, later) }} / 60000.0 end
{%- endmacro %}

{% macro milliseconds_between(earlier, later) %}
    {{ return(adapter.dispatch('milliseconds_between')(earlier, later)) }}
{% endmacro %}

{% macro duckdb__milliseconds_between(earlier, later) -%}
    (epoch_ms({{ later }}) - epoch_ms({{ earlier }}))::double
{%- endmacro %}

{% macro spark__milliseconds_between(earlier, later) -%}
    cast(unix_millis({{ later }}) - unix_millis({{ earlier }}) as double)
{%- endmacro %}
