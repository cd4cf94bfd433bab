{% macro window_minutes(landed_window) -%}
    (
        try_cast(split_part({{ landed_window }}, '-', 3) as bigint)
        - try_cast(split_part({{ landed_window }}, '-', 2) as bigint)
    ) / 60000000.0
{%- endmacro %}
