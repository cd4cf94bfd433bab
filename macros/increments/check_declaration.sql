{% macro check_declaration() %}
    {% set declaration = increment_declaration() %}
    {% set words = ['partition_column', 'key_column', 'affected_by', 'finds_its_partitions'] %}
    {% if declaration is none or declaration is not mapping %}
        {% do refuse_declaration('there is no meta.increment',
            'say in the config of the model which column its rows are replaced by and which models affect them, '
            ~ "for example meta={'increment': {'partition_column': 'order_day', 'affected_by': "
            ~ "[{'model': 'silver_order_items', 'partition': 'order_day'}]}}") %}
    {% endif %}
    {% for word in declaration if word not in words %}
        {% do refuse_declaration("meta.increment has the unknown key '" ~ word ~ "'",
            'use ' ~ words | join(', ') ~ did_you_mean(word, words)) %}
    {% endfor %}
    {% if ('partition_column' in declaration) == ('key_column' in declaration) %}
        {% do refuse_declaration("meta.increment must have either 'partition_column' or 'key_column'",
            'name the one column whose values are replaced whole: partition_column for few values (a day), '
            ~ 'key_column for many (an order, a customer)') %}
    {% endif %}
    {% set key = model.columns.get(declaration.get('key_column')) %}
    {% if key and key.data_type and key.data_type | lower not in ('bigint', 'integer', 'int', 'long') %}
        {% do refuse_declaration(
            'key_column ' ~ declaration.key_column ~ ' is ' ~ key.data_type ~ ', and a key is looked up as a whole number',
            "add a column hash64(...) of it, and use that one here and in affected_by"
        ) %}
    {% endif %}
    {% if declaration.get('finds_its_partitions') %}
        {% if 'affected_by' in declaration %}
            {% do refuse_declaration("meta.increment has both 'finds_its_partitions' and 'affected_by'",
                'a model either finds out itself what is new, or is told by its upstream models: remove one') %}
        {% endif %}
        {{ return('') }}
    {% endif %}
    {% set entries = declaration.get('affected_by') %}
    {% if not entries or entries is string or entries is mapping %}
        {% do refuse_declaration("meta.increment lacks 'affected_by'",
            'list every incremental model that it reads, each with the partition that a row of it affects') %}
    {% endif %}
    {% set upstream_models = {} %}
    {% for upstream in tables_behind(model) %}
        {% do upstream_models.update({upstream.name: upstream}) %}
    {% endfor %}
    {% set named = [] %}
    {% for entry in entries %}
        {% do check_affected_by(entry, upstream_models, declaration) %}
        {% do named.append(entry.model) %}
    {% endfor %}
    {% for name, upstream in upstream_models.items() if name not in named and upstream.resource_type != 'seed' %}
        {% do refuse_declaration("it reads " ~ name ~ ", which affected_by does not name",
            "add {'model': '" ~ name ~ "', 'partition': ...}, so that what changes there is computed again here") %}
    {% endfor %}
{% endmacro %}

{% macro check_affected_by(entry, upstream_models, declaration) %}
    {% set words = ['model', 'partition', 'key', 'days_after', 'when_changed'] %}
    {% if entry is not mapping or 'model' not in entry %}
        {% do refuse_declaration("an entry of affected_by has no 'model'", 'name the upstream model') %}
    {% endif %}
    {% set where = 'affected_by ' ~ entry.model ~ ': ' %}
    {% for word in entry if word not in words %}
        {% do refuse_declaration(where ~ "unknown key '" ~ word ~ "'",
            'use ' ~ words | join(', ') ~ did_you_mean(word, words)) %}
    {% endfor %}
    {% set upstream = upstream_models.get(entry.model) %}
    {% if upstream is none %}
        {% set node = graph.nodes.values() | selectattr('name', 'equalto', entry.model) | list | first %}
        {% if node and node.config.materialized in ('view', 'ephemeral') %}
            {% do refuse_declaration(where ~ 'it is a view, and a view cannot say what changed',
                'name what it selects from: ' ~ tables_behind(node) | map(attribute='name') | join(', ')) %}
        {% endif %}
        {% do refuse_declaration(where ~ 'the model does not read it',
            'use ' ~ upstream_models.keys() | join(', ') ~ did_you_mean(entry.model, upstream_models.keys() | list)) %}
    {% endif %}
    {% if upstream.resource_type == 'seed' %}
        {% do refuse_declaration(where ~ 'it is a seed',
            'leave it out: when a seed changes, every model that reads it is computed again as a whole') %}
    {% endif %}
    {% if not replaces_partitions(upstream) %}
        {% do refuse_declaration(
            where ~ 'it cannot say what changed, because it is no incremental model of the strategy replace_partitions',
            'make it one, or make this model a table') %}
    {% endif %}
    {% if ('partition' in entry) == ('key' in entry) %}
        {% do refuse_declaration(where ~ "either 'partition' or 'key' is needed",
            "partition: an expression over its rows that gives " ~ partition_expression(declaration)
            ~ " here; key: a column that both have, where this model has to be asked on which "
            ~ partition_expression(declaration) ~ ' its rows are') %}
    {% endif %}
    {% if 'days_after' in entry and (entry.days_after | int(-1) < 0 or 'partition' not in entry) %}
        {% do refuse_declaration(where ~ "days_after is '" ~ entry.days_after ~ "'",
            'write a whole number of days, together with a partition that is a day') %}
    {% endif %}
    {% if 'when_changed' in entry and (entry.when_changed is not sameas true or 'days_after' in entry) %}
        {% do refuse_declaration(
            where ~ "when_changed is '" ~ entry.when_changed ~ "'",
            'write true, without days_after, or leave it out'
        ) %}
    {% endif %}
    {% set column = declaration.get('partition_column') %}
    {% if 'partition' in entry and column in upstream.columns
        and not modules.re.search('\\b' ~ modules.re.escape(column) ~ '\\b', entry.partition | string) %}
        {% do refuse_declaration(
            where ~ "it has the column " ~ column ~ ", by which rows are replaced here, but partition is '"
            ~ entry.partition ~ "'",
            "write partition: " ~ column ~ ', or rename the column of this model') %}
    {% endif %}
    {% if model.language == 'python' and 'key' in entry %}
        {% do refuse_declaration(where ~ "a Python model cannot use 'key'", "use 'partition'") %}
    {% endif %}
{% endmacro %}

{% macro refuse_declaration(problem, remedy) %}
    {% do exceptions.raise_compiler_error(
        'The increment of ' ~ model.name ~ ' (' ~ model.original_file_path ~ ') is declared wrongly: '
        ~ problem ~ '; ' ~ remedy ~ '.'
    ) %}
{% endmacro %}

{% macro did_you_mean(word, known) %}
    {% set near = namespace(word=none, shared=0) %}
    {% for candidate in known %}
        {% set shared = namespace(count=0) %}
        {% for letter in candidate if letter in word %}
            {% set shared.count = shared.count + 1 %}
        {% endfor %}
        {% set score = 2 * shared.count / (candidate | length + word | length) %}
        {% if score > near.shared and score >= 0.7 %}
            {% set near.word = candidate %}
            {% set near.shared = score %}
        {% endif %}
    {% endfor %}
    {{ return(' (did you mean ' ~ near.word ~ '?)' if near.word else '') }}
{% endmacro %}

{% macro partition_expression(declaration) %}
    {{ return(declaration.get('partition_column') or declaration.get('key_column')) }}
{% endmacro %}
