"""Facts that Python and the models share, as CSV files that dbt loads as seeds."""
