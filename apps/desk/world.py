"""The state of the world at the end of a window, as the loop left it: what no table says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from apps.desk.now_schemas import NowCourier, NowEquipment, NowPeople, World
from common.snapshots import snapshot_directory, snapshot_file_name

if TYPE_CHECKING:
    from apps.desk.played_window import ReplayState

_OFF_SHIFT = "off_shift"


class _File(BaseModel):
    """What the loop writes; what is not needed here is not read."""

    dataset: str
    position: int
    stations: list[NowEquipment]
    couriers: list[NowCourier]
    population: list[NowPeople]


def read_world(replay: ReplayState | None, position: int | None) -> World | None:
    """Return the state of the world at a position; ``None`` where the loop has left none.

    Parameters
    ----------
    replay
        The state of the replay: a state of another dataset is none of this one.
    position
        The end of the window that is played.
    """
    if replay is None or position is None:
        return None
    file = snapshot_directory() / snapshot_file_name(position)
    try:
        found = _File.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        # Written by no loop, or removed with the oldest.
        return None
    if (found.dataset, found.position) != (replay.dataset, position):
        return None
    off_shift: dict[int, int] = {}
    for courier in found.couriers:
        off_shift.setdefault(courier.location_id, 0)
        off_shift[courier.location_id] += courier.state == _OFF_SHIFT
    return World(
        couriers=[courier for courier in found.couriers if courier.state != _OFF_SHIFT],
        off_shift=off_shift,
        equipment=found.stations,
        population=found.population,
    )
