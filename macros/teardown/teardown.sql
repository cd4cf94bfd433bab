{% macro teardown(dry_run=true) %}
    {% for step in teardown_plan() %}
        {% if not dry_run %}
            {% do run_query(step.statement) %}
        {% endif %}
        {% do print(tojson(step)) %}
    {% endfor %}
    {% if not dry_run %}{% do commit_changes() %}{% endif %}
{% endmacro %}
