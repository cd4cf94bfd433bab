"""Worlds as a whole: checked, made out of others, read from templates and written as templates."""
