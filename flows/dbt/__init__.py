"""dbt, run in processes of its own: a new one for a command, or forks of one that stays warm."""
