"""One kitchen-day, a pure function: orders, cooking, delivery, and the events that tell of them."""
