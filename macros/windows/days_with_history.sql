{% macro days_with_history(days, history_days) %}
    {% if not days %}{{ return(days) }}{% endif %}
    {% set extended = [] %}
    {% for day in days %}
        {% for offset in range(history_days + 1) %}
            {% set earlier = (modules.datetime.date.fromisoformat(day) - modules.datetime.timedelta(days=offset)).isoformat() %}
            {% if earlier not in extended %}{% do extended.append(earlier) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(extended | sort) }}
{% endmacro %}
