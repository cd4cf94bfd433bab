"""Deliberate small breaks, each a mistake that somebody could make in good faith.

A mutant that no test notices is a behaviour without a test. ``python -m tests.mutations``
tries them all.
"""

from dataclasses import dataclass
from pathlib import Path

MODELS = (
    "tests/models/test_people_in_the_tables.py",
    "tests/models/test_refund_policy.py",
    "tests/models/test_complaints.py",
    "tests/models/test_answers_of_a_language_model.py",
    "tests/models/test_decisions.py",
    "tests/models/test_dbt_as_anywhere.py",
    "tests/models/test_impossible_lifecycles.py",
    "tests/models/test_bronze_reads_every_line.py",
    "tests/models/test_ai_functions.py",
    "tests/models/test_increments_equal_a_full_refresh.py",
    "tests/faults/test_injected_faults.py",
    "tests/models/test_replayed_windows_equal_a_full_refresh.py",
    "tests/models/test_change_log.py",
    "tests/models/test_analyses_answer.py",
    "tests/models/test_metrics.py",
    "tests/models/test_declarations.py",
    "tests/oracle/test_schedules_equal_the_oracle.py",
)
REPLAY = (
    "tests/common/landing/test_window.py",
    "tests/flows/replay/test_landed_events.py",
    "tests/flows/replay/test_landing.py",
    "tests/flows/replay/test_settings.py",
    "tests/flows/replay/test_dataset.py",
    "tests/flows/replay/test_catalogue.py",
    "tests/flows/replay/test_commands.py",
    "tests/flows/replay/test_command_line.py",
    "tests/flows/replay/test_kills_and_full_disks.py",
)
PUBLICATION = (
    "tests/flows/publication/test_partitions.py",
    "tests/flows/publication/test_publish.py",
)
REPORT = ("tests/reports/page/test_numbers.py", "tests/reports/page/test_page.py")


@dataclass(frozen=True)
class Mutant:
    """One break.

    Attributes
    ----------
    name
        What is wrong now.
    file
        Where, relative to the project.
    before, after
        The text that occurs there exactly once, and its replacement.
    """

    name: str
    file: str
    before: str
    after: str

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that have to notice, the likely ones first."""
        if self.file.startswith("flows/publication/"):
            return PUBLICATION
        if self.file.startswith("reports/"):
            return REPORT
        return REPLAY if self.file.startswith("flows/") else MODELS

    def applied(self, project: Path) -> str:
        """Return the text of the broken file.

        Raises
        ------
        ValueError
            If the text is not there exactly once.
        """
        text = (project / self.file).read_text(encoding="utf-8")
        found = text.count(self.before)
        if found != 1:
            raise ValueError(
                f"{self.file} has the text of the mutant '{self.name}' {found} times, not once: "
                "rewrite the mutant in tests/mutations/mutants.py."
            )
        return text.replace(self.before, self.after)


_WINDOW = "common/landing/window.py"
_EVENTS = "common/landing/event_lines.py"
_LANDING = "common/landing/landing.py"
_DATASET = "common/canonical_dataset.py"
_CATALOGUE = "flows/replay/catalogue.py"
_LINES = "models/bronze/landed_lines.sql"
_TIMELINE = "models/silver/silver_order_timeline.sql"
_SHIFTS = "models/silver/silver_courier_shifts.sql"
_ITEMS = "models/silver/silver_order_items.sql"
_MEASURES = "models/metrics/_metrics__semantic_models.yml"
_QUALITY = "models/gold/gold_data_quality_day.sql"
_PERCENTILES = "models/recommender/delivery_percentiles_trailing.sql"
_CANDIDATES = "models/recommender/refund_candidates.sql"
_POLICY = "models/recommender/refund_recommendations.py"
_COMPLAINING = "models/complaints/complaint_candidates.sql"
_COMPLAINTS = "models/complaints/raw_complaints.py"
_RESPONSES = "models/complaints/complaint_responses.py"
_DECISIONS = "models/recommender/refund_decisions.sql"
_AGREEMENT = "models/gold/gold_refund_agreement_day.sql"
_REPLACED = "macros/increments/replace_partitions.sql"
_REPLACING = "macros/engine/replace_partitions_sql.sql"
_PENDING = "macros/increments/pending.sql"
_HOOKS = "macros/increments/hooks.sql"

MUTANTS = (
    # The arithmetic of windows
    Mutant(
        "a window begins with the event that ended the one before",
        _WINDOW,
        "Window(watermark + 1, position), position)",
        "Window(watermark, position), position)",
    ),
    Mutant(
        "a person that nobody knows lands as null",
        _EVENTS,
        "to_json({_body_value(column)})::VARCHAR",
        "coalesce(to_json({_body_value(column)})::VARCHAR, 'null')",
    ),
    Mutant(
        "days of another zone are one more",
        _DATASET,
        "return (span.last_created - span.first) // MICROSECONDS_PER_DAY + 1",
        "return (span.last_created // MICROSECONDS_PER_DAY"
        " - span.first // MICROSECONDS_PER_DAY + 1)",
    ),
    Mutant(
        "items that the business does not have are its own",
        _CATALOGUE,
        '_Identity("items", "item", "id", "name"),',
        '_Identity("items", "item", "id", "name", may_be_new=True),',
    ),
    Mutant(
        "only the keys of a dataset's tables are compared",
        _CATALOGUE,
        "if known.get(key, name if identity.may_be_new else None) != name",
        "if key not in known and not identity.may_be_new",
    ),
    Mutant(
        "a window leaves out its first microsecond",
        _WINDOW,
        "Window(watermark + 1, position), position)",
        "Window(watermark + 2, position), position)",
    ),
    Mutant(
        "the very first event is forgotten", _WINDOW, "NOTHING_LANDED = -1", "NOTHING_LANDED = 0"
    ),
    Mutant(
        "a clock that went back lands something",
        _WINDOW,
        "if position < watermark:",
        "if position < 0:",
    ),
    Mutant(
        "a pause lets time go on",
        _WINDOW,
        "    if segment.paused:\n        return segment.position\n",
        "",
    ),
    Mutant(
        "resuming makes good for the pause",
        _WINDOW,
        "return Segment(now, advance(latest, now), latest.speed, paused=False)",
        "return Segment(latest.since, latest.position, latest.speed, paused=False)",
    ),
    Mutant(
        "positions are rounded as floats",
        _WINDOW,
        "int(elapsed * Fraction(segment.speed) // 1)",
        "round(float(elapsed) * segment.speed, -3).__int__()",
    ),
    Mutant(
        "the first run ignores the time of day",
        _WINDOW,
        "start_day * MICROSECONDS_PER_DAY + microseconds(now - midnight)",
        "start_day * MICROSECONDS_PER_DAY",
    ),
    Mutant(
        "emitted time is a day off",
        _WINDOW,
        "return (now.date() - epoch).days - start_day",
        "return (now.date() - epoch).days - start_day + 1",
    ),
    Mutant(
        "late deliveries of a cycle are lost in the next",
        _WINDOW,
        "oldest = max(0, -((last_offset - position) // length))",
        "oldest = max(newest, -((last_offset - position) // length))",
    ),
    Mutant(
        "a window runs one microsecond into the next cycle",
        _WINDOW,
        "last = min(window.last, next_begins - 1,",
        "last = min(window.last, next_begins,",
    ),
    Mutant(
        "orders of the next cycle have the ids of the first",
        _EVENTS,
        'return f"-L{cycle}" if cycle else ""',
        'return ""',
    ),
    Mutant(
        "the afternoon is written as the morning",
        _EVENTS,
        "'%Y-%m-%d %H:%M:%S.%g') AS ts",
        "'%Y-%m-%d %I:%M:%S.%g') AS ts",
    ),
    Mutant(
        "the watermark is that of the oldest window",
        _LANDING,
        "return windows[-1].last if windows",
        "return windows[0].last if windows",
    ),
    Mutant(
        "a gap between windows is overlooked",
        _LANDING,
        "if later.first == earlier.last + 1:",
        "if later.first >= earlier.last + 1:",
    ),
    Mutant(
        "a window that was cut short counts as landed",
        _LANDING,
        'if size and file.read(1) == b"\\n":',
        "if size:",
    ),
    # Bronze
    Mutant(
        "nothing is a duplicate",
        _LINES,
        "rejection_code is null and is_copy as is_dup",
        "false as is_dup",
    ),
    Mutant(
        "what landed in an earlier load is no duplicate",
        "macros/engine/with_copies_marked.sql",
        "where {{ already_loaded }}.first_file < arrived_copies.file",
        "where false",
    ),
    Mutant(
        "the last copy counts, not the first",
        "macros/engine/with_copies_marked.sql",
        "where repeated.first_copy < {",
        "where repeated.first_copy >= {",
    ),
    Mutant(
        "a file that is read again is taken for a new one",
        "macros/increments/landed_out_of_order.sql",
        "new_files[0].file > newest",
        "new_files[0].file >= newest",
    ),
    Mutant(
        "a file that sorts before the newest is never read",
        "macros/increments/new_landed_files.sql",
        "{% set new = landed | rejectattr('file', 'in', loaded) | list %}",
        "{% set new = landed | selectattr('file', '>', loaded | max if loaded else '') | list %}",
    ),
    Mutant(
        "a first copy that lands late does not take over",
        "macros/increments/landed_out_of_order.sql",
        "newest is not none and new_files[0].file < newest",
        "false",
    ),
    Mutant(
        "names that begin with an underscore are read",
        "macros/engine/landed_files.sql",
        "not like '\\\\_%' escape '\\\\'",
        "not like '%.never'",
    ),
    Mutant(
        "line numbers begin with zero",
        "macros/engine/read_landed_lines.sql",
        "cast(line_number as bigint) as line_number",
        "cast(line_number - 1 as bigint) as line_number",
    ),
    Mutant(
        "a compressed file that is broken leaves no row",
        "macros/engine/read_landed_lines.sql",
        "(line_number > 0 or rejection_code is not null)",
        "line_number > 0",
    ),
    Mutant(
        "what follows a gzip file is ignored",
        "models/bronze/streamed_lines.py",
        'else "file_damaged"',
        "else None",
    ),
    Mutant(
        "a quantity of zero is an order",
        _LINES,
        "or item.qty <= 0",
        "or item.qty < 0",
    ),
    Mutant(
        "one and a half of a dish is charged",
        _LINES,
        "try_cast(item.qty as integer) <> item.qty",
        "try_cast(item.qty as integer) is null",
    ),
    Mutant(
        "the globe has 91 degrees",
        _LINES,
        "delivery.delivered_lat)) > 90",
        "delivery.delivered_lat)) > 91",
    ),
    Mutant(
        "the year 2100 has come",
        _LINES,
        "stamped_ts < timestamp '2100-01-01 00:00:00'",
        "stamped_ts <= timestamp '2100-01-01 00:00:00'",
    ),
    Mutant(
        "any event type is known",
        _LINES,
        "not coalesce(array_contains(event_types, event_type), false)",
        "false",
    ),
    Mutant(
        "any kitchen is known",
        _LINES,
        "and array_contains(known.location_ids, location_number)",
        "",
    ),
    Mutant(
        "1.7 is a whole number",
        _LINES,
        "or cast(location_number as string) <> location_text\n",
        "\n",
    ),
    Mutant(
        "events of rejected lines stay in all_events",
        "models/bronze/all_events.sql",
        "where rejection_code is null and not is_duplicate",
        "where not is_duplicate",
    ),
    # What is new, what is affected, what is replaced
    Mutant(
        "where rows were before is not computed again elsewhere",
        _REPLACED,
        "            ~ (selected ~ old_rows ~ ' union all ' if old_rows) ~ selected ~ new_rows\n"
        "            ~ ') as replaced_rows",
        "            ~ selected ~ new_rows ~ ') as replaced_rows",
    ),
    Mutant(
        "where rows are now is not computed again elsewhere",
        _REPLACED,
        "            ~ (selected ~ old_rows ~ ' union all ' if old_rows) ~ selected ~ new_rows\n"
        "            ~ ') as replaced_rows",
        "            ~ selected ~ (old_rows or new_rows) ~ ') as replaced_rows",
    ),
    Mutant(
        "the trailing days after an affected day are not affected",
        _REPLACED,
        "range((entry.get('days_after') or 0) | int + 1)",
        "range(1)",
    ),
    Mutant(
        "rows of days that are not replaced are inserted",
        _REPLACED,
        "{% if outside %}",
        "{% if false %}",
    ),
    Mutant(
        "a full refresh affects no other model",
        _HOOKS,
        "            {% do announce_rebuild() %}\n",
        "",
    ),
    Mutant(
        "a model has worked off a change before it is made",
        _HOOKS,
        "{% set latest = logged.latest.get(upstream, 0) %}",
        "{% set latest = logged.latest.get(upstream, 0) + 1 %}",
    ),
    Mutant(
        "a change has the number of the one before",
        _HOOKS,
        "logged_state().latest.get(model.name, 0) + 1",
        "logged_state().latest.get(model.name, 1)",
    ),
    Mutant(
        "a changed seed affects no model",
        _PENDING,
        "unseen_upstreams(pending.fingerprints) or changed_seeds(pending.fingerprints) %}",
        "unseen_upstreams(pending.fingerprints) %}",
    ),
    Mutant(
        "a changed declaration computes nothing again",
        _PENDING,
        "pending.everything or unseen_upstreams(pending.fingerprints) or",
        "pending.everything or",
    ),
    Mutant(
        "a key says nothing about the days of its rows",
        _PENDING,
        "{% if pending.lookups %}",
        "{% if false %}",
    ),
    Mutant(
        "a model does not follow an upstream that was rebuilt",
        _PENDING,
        "{% if name == '*' %}{% do found.update({'everything': true}) %}",
        "{% if name == '*' %}",
    ),
    Mutant(
        "a trailing window reads a day too little",
        _PENDING,
        "range(days_before + 1)",
        "range(days_before or 1)",
    ),
    Mutant(
        "an affected day ends where it begins",
        _PENDING,
        "fromisoformat(days[-1]) + modules.datetime.timedelta(days=1)",
        "fromisoformat(days[-1])",
    ),
    Mutant(
        "pruning removes what a model has not worked off",
        "macros/increments/prune_change_log.sql",
        "least(max(progress.change_number), max(latest.change_number) - 1)",
        "max(latest.change_number) - 1",
    ),
    Mutant(
        "pruning removes the number that the next change goes on from",
        "macros/increments/prune_change_log.sql",
        "least(max(progress.change_number), max(latest.change_number) - 1)",
        "max(progress.change_number)",
    ),
    Mutant(
        "an affected day of which nothing is left is not emptied",
        _REPLACING,
        "delete from {{ target_table }} where {{ replaced }};",
        "delete from {{ target_table }} where {{ replaced }} and exists "
        "(select 1 from {{ computed }});",
    ),
    Mutant(
        "days are added to and never replaced",
        _REPLACING,
        "delete from {{ target_table }} where {{ replaced }};",
        "delete from {{ target_table }} where false;",
    ),
    Mutant(
        "events of an order are sought only where its new ones lie",
        "macros/increments/affected_span.sql",
        "select min(first_event_ts) as first_ts, max(last_event_ts) as last_ts from ' ~ this",
        "select max(last_event_ts) as first_ts, max(last_event_ts) as last_ts from ' ~ this",
    ),
    Mutant(
        "a payment that is none is paid",
        _LINES,
        "creation.payment is not null\n",
        "payment.total is not null\n",
    ),
    # Silver
    Mutant(
        "the latest report of a delivery counts",
        _TIMELINE,
        "min(case when event_type = 'delivered' then event_ts end)",
        "max(case when event_type = 'delivered' then event_ts end)",
    ),
    Mutant(
        "any creation may be the one that counts",
        _TIMELINE,
        "    from creations\n    where attempt = 1\n",
        "    from creations\n",
    ),
    Mutant(
        "an order on its way is delivered",
        _TIMELINE,
        "when stages.delivered_ts is not null then 'delivered'",
        "when stages.picked_up_ts is not null then 'delivered'",
    ),
    Mutant(
        "a cancelled order that was delivered all the same is timed and refunded",
        _TIMELINE,
        "case when cancelled_ts is null then delivered_ts end as accepted_ts",
        "delivered_ts as accepted_ts",
    ),
    Mutant(
        "a delivery undoes a cancellation",
        _TIMELINE,
        "when stages.cancelled_ts is not null then 'cancelled'",
        "when stages.cancelled_ts > stages.delivered_ts then 'cancelled'",
    ),
    Mutant(
        "any cancellation gives the reason",
        _TIMELINE,
        "on stages.order_id = cancellations.order_id and cancellations.attempt = 1",
        "on stages.order_id = cancellations.order_id and cancellations.attempt <> 0",
    ),
    Mutant(
        "the courier is the one that an order names last",
        _TIMELINE,
        "order by event_ts, sequence, event_id) as attempt\n    from driver_reports",
        "order by event_ts desc, sequence, event_id) as attempt\n    from driver_reports",
    ),
    Mutant(
        "a working day begins at midnight",
        "macros/working_day.sql",
        "interval '4' hour",
        "interval '0' hour",
    ),
    Mutant(
        "the time of orders that are carried at once adds up",
        _SHIFTS,
        "greatest(to_at - greatest(from_at, driving_until), 0)",
        "to_at - from_at",
    ),
    Mutant(
        "orders of one courier are a batch",
        _SHIFTS,
        "over (partition by driver_id, shift_day, picked_up_ts)",
        "over (partition by driver_id, shift_day)",
    ),
    Mutant(
        "a shift follows the day of the order",
        _SHIFTS,
        "'affected_by': [{'model': 'silver_order_timeline', 'partition': 'shift_day'}]",
        "'affected_by': [{'model': 'silver_order_timeline', 'partition': 'order_day'}]",
    ),
    Mutant(
        "a stage lasts less than nothing",
        "macros/engine/minutes_between.sql",
        "case when {{ later }} >= {{ earlier }} then",
        "case when true then",
    ),
    Mutant(
        "a second creation has a say in the basket",
        _ITEMS,
        "on all_events.event_id = orders.created_event_id",
        "on all_events.order_id = orders.order_id",
    ),
    Mutant(
        "quantity is not multiplied",
        _ITEMS,
        "cast(item.price * item.qty as decimal(12, 2))",
        "cast(item.price as decimal(12, 2))",
    ),
    Mutant(
        "repeated GPS fixes count",
        "models/silver/silver_driver_pings.sql",
        "        and not is_duplicate\n",
        "",
    ),
    # Gold
    Mutant(
        "a brand counts lines as orders",
        "macros/engine/count_distinct.sql",
        "count(distinct {{ expression }})",
        "count({{ expression }})",
    ),
    Mutant(
        "brands of an order are listed twice",
        "macros/engine/distinct_values.sql",
        "array_agg(distinct {{ column }})",
        "array_agg({{ column }})",
    ),
    Mutant(
        "the percentile is another one",
        "models/gold/gold_delivery_times_day.sql",
        "percentile_minutes(99, 'total_minutes')",
        "percentile_minutes(95, 'total_minutes')",
    ),
    Mutant(
        "percentiles are not interpolated",
        "macros/percentile_minutes.sql",
        " * ((' ~ place ~ ') % 100)'",
        " * 0'",
    ),
    Mutant(
        "hours are shifted",
        "models/gold/gold_location_sales_hourly.sql",
        "cast(date_trunc('hour', order_ts) as timestamp) as hour_ts",
        "cast(date_trunc('hour', order_ts) + interval 1 hour as timestamp) as hour_ts",
    ),
    Mutant(
        "units of an item are counted by line",
        "models/gold/gold_item_sales_day.sql",
        "cast(sum(qty) as bigint) as units_sold",
        "count(qty) as units_sold",
    ),
    Mutant(
        "an event in time is late",
        _QUALITY,
        "when lateness_minutes > window_minutes then 1",
        "when lateness_minutes >= 0 then 1",
    ),
    Mutant(
        "a delivery that was never picked up lacks nothing",
        _QUALITY,
        "or (picked_up_ts is null and (pings > 0 or delivered_ts is not null))",
        "or (picked_up_ts is null and pings > 0)",
    ),
    Mutant(
        "a window spans from its end to its start",
        "macros/increments/window_minutes.sql",
        "try_cast(split_part({{ landed_window }}, '-', 3) as bigint)",
        "try_cast(split_part({{ landed_window }}, '-', 1) as bigint)",
    ),
    # Metrics
    Mutant(
        "couriers who drive are busy, those who wait are not",
        _MEASURES,
        "expr: driving_minutes + waiting_minutes",
        "expr: driving_minutes",
    ),
    Mutant(
        "an order that nobody can judge is on time",
        _MEASURES,
        "expr: case when is_late then 0 when not is_late then 1 end",
        "expr: case when is_late then 0 else 1 end",
    ),
    Mutant(
        "complaints are a share of all orders",
        "models/metrics/_metrics__metrics.yml",
        "{numerator: complaints, denominator: orders_delivered}",
        "{numerator: complaints, denominator: orders}",
    ),
    Mutant(
        "a dashboard counts promises that are broken",
        "models/gold/gold_kitchen_day.sql",
        "count(case when not is_past_promise then 1 end) as kept_promises",
        "count(case when is_past_promise then 1 end) as kept_promises",
    ),
    # Refunds
    Mutant(
        "an order is judged by its own day",
        _PERCENTILES,
        "and orders.delivered_day < delivery_days.day",
        "and orders.delivered_day <= delivery_days.day",
    ),
    Mutant(
        "the oldest of the seven days is left out",
        _PERCENTILES,
        "and orders.delivered_day >= {{ add_days(",
        "and orders.delivered_day > {{ add_days(",
    ),
    Mutant(
        "verdicts do not follow their percentiles",
        _CANDIDATES,
        "{'model': 'delivery_percentiles_trailing', 'partition': 'day'}",
        "{'model': 'delivery_percentiles_trailing', 'partition': 'case when false then day end'}",
    ),
    Mutant(
        "a verdict is by the percentiles of any kitchen",
        _CANDIDATES,
        "on orders.location_id = percentiles.location_id\n        and orders.delivered_day",
        "on orders.delivered_day",
    ),
    Mutant(
        "at P75 is late",
        _CANDIDATES,
        "orders.total_minutes > percentiles.p75_minutes",
        "orders.total_minutes >= percentiles.p75_minutes",
    ),
    Mutant(
        "the longest stage is any that is longer than usual",
        _CANDIDATES,
        "case greatest(orders.beyond_kitchen, orders.beyond_pickup, orders.beyond_drive)",
        "case least(orders.beyond_kitchen, orders.beyond_pickup, orders.beyond_drive)",
    ),
    Mutant(
        "a first order that changes reaches nobody",
        _REPLACED,
        "having count(distinct moment) = 1",
        "having count(distinct moment) = 3",
    ),
    Mutant(
        "a first order counts, whosever it is",
        _REPLACED,
        "group by changed_row, key_value having",
        "group by key_value having",
    ),
    Mutant(
        "a first order is a repeat",
        "models/gold/fct_orders.sql",
        "orders.order_key != customers.first_order_key",
        "orders.order_key is not null",
    ),
    Mutant(
        "at P99 is refunded in full",
        _POLICY,
        "late & (minutes > p99)",
        "late & (minutes >= p99)",
    ),
    Mutant(
        "half a cent stays with the house",
        _POLICY,
        "revenue * (low + (high - low) * past) + Fraction(1, 2)",
        "revenue * (low + (high - low) * past)",
    ),
    Mutant(
        "just enough history is too little",
        _POLICY,
        "history < policy.minimum_deliveries",
        "history <= policy.minimum_deliveries",
    ),
    Mutant(
        "an unknown basket is refunded",
        _POLICY,
        "judged = ~(unknown_time | unknown_basket | little_history)",
        "judged = ~(unknown_time | little_history)",
    ),
    Mutant(
        "a language model may go a cent beyond the policy",
        _POLICY,
        "math.floor(revenue_cents * high) + 1)",
        "math.floor(revenue_cents * high) + 2)",
    ),
    Mutant(
        "a language model chooses the class of a refund",
        _POLICY,
        "if refund_class == own_class and cents in allowed:",
        "if cents in allowed:",
    ),
    Mutant(
        "a later try without an answer hides the answer",
        "macros/ranked_agent_responses.sql",
        "order by outcome = 'answered' desc, asked_ts desc",
        "order by asked_ts desc",
    ),
    Mutant(
        "orders do not follow what is answered about them",
        _CANDIDATES,
        "{'model': 'landed_agent_responses', 'key': 'order_key'}",
        "{'model': 'landed_agent_responses', 'partition': 'cast(null as date)'}",
    ),
    Mutant(
        "the oldest affected day is not scored again",
        _POLICY,
        "for _, _, day in sorted(found)]",
        "for _, _, day in sorted(found)[1:]]",
    ),
    Mutant(
        "orders are not scored again when their candidates are rebuilt",
        _POLICY,
        'if any(key_name == "*" for _, key_name, _ in found):',
        "if False:",
    ),
    Mutant(
        "the category of a complaint is drawn by what decides whether there is one",
        _COMPLAINING,
        "hash64(\"concat('category ', order_id)\")",
        "hash64(\"concat('complains ', order_id)\")",
    ),
    Mutant(
        "a basket is not in its order",
        "macros/engine/rows_as_json.sql",
        "to_json(array_sort(array_agg(struct_pack(",
        "to_json(array_reverse_sort(array_agg(struct_pack(",
    ),
    Mutant(
        "who was early claims to be late",
        _COMPLAINTS,
        "if minutes > promised > 0:",
        "if minutes != promised > 0:",
    ),
    Mutant(
        "who waits for less than half a minute more waited a whole one",
        _COMPLAINTS,
        "minutes = math.floor(complaint.minutes + 0.5)",
        "minutes = math.ceil(complaint.minutes)",
    ),
    Mutant(
        "complaints of the oldest affected day are not written again",
        _COMPLAINTS,
        "for _, _, day in sorted(found)]",
        "for _, _, day in sorted(found)[1:]]",
    ),
    Mutant("at P75 is credited", _RESPONSES, "> 60 * round(case.p75", ">= 60 * round(case.p75"),
    Mutant("at P99 is past it", _RESPONSES, "> 60 * round(case.p99", ">= 60 * round(case.p99"),
    Mutant(
        "half a step stays with the house",
        _RESPONSES,
        "math.floor(cents / step + Fraction(1, 2))",
        "math.floor(cents / step)",
    ),
    Mutant(
        "a credit may be more than was paid",
        _RESPONSES,
        "min(rounded, revenue // step * step)",
        "rounded",
    ),
    Mutant(
        "several missing dishes are credited as one",
        _RESPONSES,
        "if len(named) > 1:",
        "if len(named) > 2:",
    ),
    Mutant(
        "a shorter name within a longer one counts",
        _RESPONSES,
        "(-len(dish[0]), dish[0])",
        "(len(dish[0]), dish[0])",
    ),
    Mutant(
        "the name of a dish is a matter of law",
        _RESPONSES,
        "if pattern.search(rest):",
        "if pattern.search(case.text):",
    ),
    Mutant(
        "the slightest fault counts",
        _RESPONSES,
        'FAULTS = ("grave", "clear", "slight")',
        'FAULTS = ("slight", "clear", "grave")',
    ),
    Mutant(
        "what is urgent waits",
        _RESPONSES,
        'of {matter}", "urgent")',
        'of {matter}", "standard")',
    ),
    # Decisions of people
    Mutant(
        "a copy of a decision that lands late does not take over",
        "models/bronze/landed_decisions.sql",
        "read_now.decision_id = loaded.decision_id and read_now.file < loaded.file",
        "read_now.decision_id = loaded.decision_id and read_now.file > loaded.file",
    ),
    Mutant(
        "the first decision of an order counts, not the newest",
        _DECISIONS,
        "order by decisions.decision_id desc",
        "order by decisions.decision_id",
    ),
    Mutant(
        "a decision does not hear of its order",
        _DECISIONS,
        "                {'model': 'silver_order_timeline', 'partition': 'order_key'}",
        "                {'model': 'silver_order_timeline', 'partition': '-1'}",
    ),
    Mutant(
        "revised decisions count as well",
        _AGREEMENT,
        "where is_current and",
        "where",
    ),
    Mutant(
        "people are said to agree with the recommendation of today",
        _AGREEMENT,
        "coalesce(decisions.suggested_refund_usd, recommendations.refund_usd)",
        "coalesce(recommendations.refund_usd, decisions.suggested_refund_usd)",
    ),
    Mutant(
        "the same amount in another class is agreed",
        _AGREEMENT,
        "decided_usd = suggested_usd and decided_class = suggested_class as is_agreed",
        "decided_usd = suggested_usd as is_agreed",
    ),
    Mutant(
        "an average is cut, not rounded",
        "macros/exact_minutes.sql",
        "as bigint) + 30 * count('",
        "as bigint) + 0 * count('",
    ),
    Mutant(
        "what is published of another warehouse is continued",
        "flows/publication/publish.py",
        "before.token not in tokens",
        "not before.token",
    ),
    Mutant(
        "changes that are published stay pending",
        "flows/publication/publish.py",
        "            if table.partition is not None:",
        "            if table.partition is None:",
    ),
    Mutant(
        "rows without a day are not published",
        "flows/publication/parquet.py",
        "if NO_DAY in days else condition",
        "if NO_DAY not in days else condition",
    ),
    Mutant(
        "a published file that was deleted is no obstacle",
        "flows/publication/parquet.py",
        "        except FileNotFoundError:\n            return False",
        "        except FileNotFoundError:\n            continue",
    ),
    Mutant(
        "days stay published beside the month that has their rows",
        "flows/publication/partitions.py",
        "return partition in written or month_of(partition) in written",
        "return partition in written",
    ),
    Mutant(
        "a build goes an hour after it came, and not after the next",
        "flows/publication/builds.py",
        "(self.path(successor) / INVENTORY).stat()",
        "(self.path(build) / INVENTORY).stat()",
    ),
    Mutant(
        "a curve of the report falls into the day that is not over",
        "reports/page/business.py",
        'row["until_ts"].date() - timedelta(days=1)',
        'row["until_ts"].date()',
    ),
    Mutant(
        "a week of the report that began before its first day has seven days",
        "reports/page/business.py",
        "(end - max(begins, self.first_day)).days",
        "(end - begins).days",
    ),
    Mutant(
        "a share of the report counts what is unknown, too",
        "reports/page/figures.py",
        "case when {among} then case when {condition} then 1e0 else 0e0 end end",
        "case when {condition} then 1e0 else 0e0 end",
    ),
    Mutant(
        "JSON in the report ends the element it stands in",
        "reports/page/page.py",
        r'text.replace("<", "\\u003c")',
        "text",
    ),
)
