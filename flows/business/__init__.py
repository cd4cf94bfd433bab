"""The whole business: land a window, build and test the tables, publish, tell what was done.

The steps are those of other commands: ``python -m flows.replay run`` lands the same windows, and
``dbt build`` builds the same tables. Prefect adds the schedule, retries, artifacts and its pages.
"""
