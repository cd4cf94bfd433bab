{% macro log_window(days) %}
    {% if execute and flags.WHICH in ('run', 'build', 'retry') and model.resource_type == 'model' %}
        {% if days is none %}
            {% set case = 'full refresh' if load_cached_relation(this) is not none else 'first build' %}
            {% do log(model.name ~ ': ' ~ case, info=true) %}
        {% elif not days %}
            {% do log(model.name ~ ': nothing new', info=true) %}
        {% else %}
            {% set newest = run_query('select max(' ~ config.get('meta')['partition_column'] ~ ') from ' ~ this).columns[0].values()[0] %}
            {% set is_late = newest is not none
                and days[0] < (newest - modules.datetime.timedelta(days=1)).isoformat() %}
            {% do log(
                model.name ~ ': ' ~ ('late data' if is_late else 'next window') ~ ', '
                ~ days | length ~ ' day' ~ ('s' if days | length > 1) ~ ' from ' ~ days[0] ~ ' to ' ~ days[-1],
                info=true
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}
