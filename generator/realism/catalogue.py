"""All statistics, by the point that they measure."""

from __future__ import annotations

from generator.realism import (
    baskets,
    cancellations,
    cooking,
    couriers,
    customers,
    doors,
    fixes,
    money,
    promises,
    shared_couriers,
    shocks,
    speeds,
    stages,
    weekends,
)

_MODULES = (
    stages,
    cancellations,
    fixes,
    doors,
    couriers,
    speeds,
    weekends,
    customers,
    baskets,
    cooking,
    shocks,
    promises,
    shared_couriers,
    money,
)

POINTS = {
    1: "Minutes of each stage",
    2: "Orders that are cancelled",
    3: "Drives and GPS fixes",
    4: "At the door",
    5: "Couriers",
    6: "Speed by hour, weekday and city",
    7: "Weekends",
    8: "Customers and where they live",
    9: "Baskets",
    10: "Cooking",
    11: "What days and hours share",
    12: "Promises",
    13: "Orders that share a courier",
    14: "Money",
    15: "Digits below milliseconds",
}
"""What each point is about."""

STATISTICS = tuple(
    sorted(
        (statistic for module in _MODULES for statistic in module.STATISTICS),
        key=lambda statistic: statistic.point,
    )
)
"""All statistics in the order of their points."""
