"""How many orders a day has and when: peaks, weekdays, weather, special days and shared noise."""
