"""One kitchen-day: demand, baskets, kitchen, deliveries, events; a pure function."""
