{#- No backslash: engines do not agree how often one is written in a text. -#}
{% macro window_minutes(landed_window) -%}
    case
        when regexp_replace({{ landed_window }}, '^window-[0-9]{18}-[0-9]{18}$', '') = '' then (
            try_cast(split_part({{ landed_window }}, '-', 3) as bigint)
            - try_cast(split_part({{ landed_window }}, '-', 2) as bigint)
        ) / 60000000.0
    end
{%- endmacro %}
