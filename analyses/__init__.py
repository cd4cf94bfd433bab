"""Questions to the tables, answered in SQL, and exercises that check themselves."""
