{#- Dated and undated lines are fetched apart, so that engines can skip what lies outside the affected days. -#}
{% macro lines_of_affected_days() -%}
    select * from {{ ref('landed_lines') }}
    where event_ts is not null and {{ is_affected_timestamp('event_ts') }}

    union all

    select * from {{ ref('landed_lines') }}
    where event_ts is null and {{ is_affected(line_day()) }}
{%- endmacro %}
