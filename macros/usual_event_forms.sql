{#-
    Forms of landed lines and of their bodies as the generator writes them, in the notation of json_fields(): what has one of
    them is read faster (is_json_object). A created order is too long a form to be worth a pattern.
-#}
{% macro usual_event_forms() %}
    {{ return({
        'line': {
            'event_id': 'VARCHAR', 'event_type': 'VARCHAR', 'ts': 'VARCHAR', 'location_id': 'INTEGER',
            'order_id': 'VARCHAR', 'sequence': 'INTEGER', 'body': 'VARCHAR'
        },
        'bodies': [
            {},
            {'driver_id': 'VARCHAR'},
            {'reason': 'VARCHAR'},
            {'progress_pct': 'DOUBLE', 'loc_lat': 'DOUBLE', 'loc_lon': 'DOUBLE', 'driver_id': 'VARCHAR'},
            {'delivered_lat': 'DOUBLE', 'delivered_lon': 'DOUBLE', 'driver_id': 'VARCHAR'},
            {'route_points': [['DOUBLE']], 'eta_mins': 'DOUBLE', 'driver_id': 'VARCHAR'}
        ]
    }) }}
{% endmacro %}
