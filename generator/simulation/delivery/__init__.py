"""From bag to door: couriers, dispatch, drives and where they are."""
