"""The simulation as it happens: days are made on demand, and land in windows as they are due."""
