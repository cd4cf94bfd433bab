"""Street networks drawn after published statistics of real cities."""
