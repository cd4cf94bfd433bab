{% macro ranked_agent_responses(responses) -%}
select
        *,
        row_number() over (
            partition by subject_id
            order by outcome = 'answered' desc, asked_ts desc, response_id desc, file desc, line_number desc
        ) as preference
    from {{ responses }}
{%- endmacro %}
