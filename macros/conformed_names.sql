{#- The first fitting row of `conformed_names` counts, so that `Veggie Burgers` is a burger and no vegetable. -#}
{% macro conformed_names(relation, id, name, kind) -%}
    select
        named_id,
        conformed_name
    from (
        select
            named.{{ id }} as named_id,
            words.conformed_name,
            row_number() over (partition by named.{{ id }} order by words.priority) as preference
        from {{ relation }} as named
        inner join {{ ref('conformed_names') }} as words
            on words.kind = '{{ kind }}'
            and lower(named.{{ name }}) like concat('%', words.word, '%')
    ) as fitting
    where preference = 1
{%- endmacro %}
