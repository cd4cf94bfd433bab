"""The eight events in the life of an order: their numbers, and their fields that may be missing."""

EVENT_TYPE_IDS = {
    "order_created": 1,
    "gk_started": 2,
    "gk_finished": 3,
    "gk_ready": 4,
    "driver_arrived": 5,
    "driver_picked_up": 6,
    "driver_ping": 7,
    "delivered": 8,
}
NULLABLE_FIELDS = {
    "order_created": ("customer_lat", "customer_lon", "customer_addr", "items_json"),
    "driver_picked_up": ("route_json", "eta_mins"),
    "driver_ping": ("ping_lat", "ping_lon", "ping_progress"),
    "delivered": ("customer_lat", "customer_lon"),
}
