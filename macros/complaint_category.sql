{% macro complaint_category(draw) -%}
    {%- set shares, upper = var('complaint_category_shares'), namespace(sum=0) -%}
    case
    {%- for category, share in shares.items() %}
        {%- set upper.sum = upper.sum + millionths(share, 'complaint_category_shares: ' ~ category) | int %}
        when {{ draw }} < {{ upper.sum }} then '{{ category }}'
    {%- endfor %}
    end
    {%- if upper.sum != 1000000 %}
        {% do exceptions.raise_compiler_error(
            'complaint_category_shares adds up to ' ~ upper.sum / 1000000 ~ ': correct the vars in dbt_project.yml '
            ~ 'so that the shares add up to 1'
        ) %}
    {%- endif %}
{%- endmacro %}

{% macro millionths(share, name) -%}
    {%- set parts = (share | float * 1000000) | round | int -%}
    {%- if not 0 <= parts <= 1000000 %}
        {% do exceptions.raise_compiler_error(
            name ~ ' is ' ~ share ~ ': write a share from 0 to 1 in the vars of dbt_project.yml'
        ) %}
    {%- endif %}
    {{- parts }}
{%- endmacro %}
