"""What every room uses and what imports no room: errors, paths, random numbers, storage."""
