"""Pictures of the business, made from its tables."""
