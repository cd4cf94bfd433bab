"""What is known of the earth."""

METRES_PER_DEGREE = 111_195.0
"""Length of a degree of latitude."""
