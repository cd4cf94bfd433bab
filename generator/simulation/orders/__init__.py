"""What an order is: who places it, what is in it, what it costs and is promised, what ends it."""
