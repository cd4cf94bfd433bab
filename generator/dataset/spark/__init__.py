"""The kitchen-days of a dataset on Spark; only `--engine spark` comes here."""
