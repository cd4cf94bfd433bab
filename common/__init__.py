"""Ground that everybody stands on and that knows nobody: errors, paths, random numbers, storage."""
