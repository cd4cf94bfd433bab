"""How a business runs, as its folder says: demand, preparation, baskets, streets and payments."""
