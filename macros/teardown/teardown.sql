{#-
    Removes what this project has made in the warehouse, and nothing else: `dbt run-operation teardown` prints the
    plan, `--args '{dry_run: false}'` carries it out. Each step is a line of JSON on standard output.
    `python -m flows.teardown` asks first, and removes the files as well.
-#}
{% macro teardown(dry_run=true) %}
    {% for step in teardown_plan() %}
        {% if not dry_run %}
            {% do run_query(step.statement) %}
        {% endif %}
        {% do print(tojson(step)) %}
    {% endfor %}
    {% if not dry_run %}{% do commit_changes() %}{% endif %}
{% endmacro %}
