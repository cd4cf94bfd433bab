"""The charts of the report, by what they are about."""
