{#-
    The load that the rows of this run are stamped with: the last load that all of the given relations hold.
    Where one of them lags behind (it was left out of a run), the lower number makes sure that these rows
    are looked at again once it has caught up.
-#}
{% macro load_number() -%}
    {%- set loads = [] -%}
    {%- for upstream in varargs -%}
        {%- do loads.append('(select coalesce(max(load_number), 0) from ' ~ upstream ~ ')') -%}
    {%- endfor -%}
    {{ loads[0] if loads | length == 1 else 'least(' ~ loads | join(', ') ~ ')' }}
{%- endmacro %}
