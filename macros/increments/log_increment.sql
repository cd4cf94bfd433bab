{% macro log_increment() %}
    {% set declaration = increment_declaration() %}
    {% if declaration.get('finds_its_partitions') %}{{ return('') }}{% endif %}
    {% if not is_incremental() %}
        {% set case = 'full refresh' if load_cached_relation(this) is not none else 'first build' %}
    {% else %}
        {% set pending = pending_increment() %}
        {% if pending.everything %}
            {% set case = 'everything is computed again, because something that it is made from was' %}
        {% elif 'key_column' in declaration %}
            {% set keys = run_query(
                'select count(*) from (' ~ affected_keys() ~ ') as affected'
            ).columns[0].values()[0] %}
            {% set changed = 'next window, ' ~ keys ~ ' changed keys of ' ~ declaration.key_column %}
            {% set case = changed if keys else 'nothing new' %}
        {% elif not pending.partitions %}
            {% set case = 'nothing new' %}
        {% else %}
            {% set days = pending.partitions %}
            {% set newest = logged_state().newest %}
            {% set is_late = modules.re.fullmatch('\\d{4}-\\d{2}-\\d{2}', newest or '')
                and days[0] < (modules.datetime.date.fromisoformat(newest) - modules.datetime.timedelta(days=1)).isoformat() %}
            {% set case = ('late data' if is_late else 'next window') ~ ', ' ~ days | length ~ ' day'
                ~ ('s' if days | length > 1) ~ ' from ' ~ days[0] ~ ' to ' ~ days[-1] %}
        {% endif %}
    {% endif %}
    {% do log(model.name ~ ': ' ~ case, info=true) %}
{% endmacro %}
