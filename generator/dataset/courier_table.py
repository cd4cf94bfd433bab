"""The couriers of a dataset, as a table beside its events: what no event says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from generator.simulation.delivery.couriers import PAY_ZONES, VEHICLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generator.simulation.prepared_kitchen import Kitchen

_COLUMNS = pa.schema(
    [
        pa.field("driver_id", pa.string(), nullable=False),
        pa.field("location_id", pa.int32(), nullable=False),
        pa.field("vehicle", pa.string(), nullable=False),
        pa.field("pay_zone", pa.string(), nullable=False),
    ]
)


def courier_table(kitchens: Sequence[Kitchen]) -> pa.Table:
    """Return the couriers of kitchens, sorted by ``driver_id``."""
    tables = [_couriers(kitchen) for kitchen in kitchens]
    return pa.concat_tables([_COLUMNS.empty_table(), *tables]).sort_by("driver_id")


def _couriers(kitchen: Kitchen) -> pa.Table:
    fleet = kitchen.fleet
    size = fleet.vehicle.size
    return pa.Table.from_arrays(
        [
            kitchen.driver_ids,
            pa.array([kitchen.location_id] * size, pa.int32()),
            pa.array(VEHICLES).take(pa.array(fleet.vehicle)),
            pa.array(PAY_ZONES).take(pa.array(fleet.pay_zone)),
        ],
        schema=_COLUMNS,
    )


def write_couriers(kitchens: Sequence[Kitchen], file: Path) -> None:
    """Write the couriers of kitchens, the same bytes for the same kitchens."""
    pq.write_table(courier_table(kitchens), file, compression="zstd")
