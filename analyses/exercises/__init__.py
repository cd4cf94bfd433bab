"""Exercises for a lesson, and the checks that say whether an answer is right.

What is to be done is in ``docs/teacher.md``. Answers are checked on the data of whoever answers:
what is right is computed there, by the SQL in ``solutions/``, and no number is written down.
"""
