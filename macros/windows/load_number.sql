{% macro load_number() -%}
    {%- set loads = [] -%}
    {%- for upstream in varargs -%}
        {%- do loads.append('(select coalesce(max(load_number), 0) from ' ~ upstream ~ ')') -%}
    {%- endfor -%}
    {{ loads[0] if loads | length == 1 else 'least(' ~ loads | join(', ') ~ ')' }}
{%- endmacro %}
