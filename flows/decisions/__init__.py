"""What people decided about refunds, from Postgres into the landing."""
