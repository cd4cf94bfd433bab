"""Makes the life of Casper's Kitchens: demand, baskets, kitchens, roads and drivers, as parquet."""
