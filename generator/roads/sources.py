"""One way to a street network, whatever it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generator.configuration.defaults import OSM_ROADS, SYNTHETIC_ROADS
from generator.roads.synthetic.synthetic_network import synthetic_network

if TYPE_CHECKING:
    from generator.roads.delivery_area import DeliveryArea
    from generator.roads.network import RoadNetwork


def load_network(area: DeliveryArea, source: str, seed: int, roads_directory: Path) -> RoadNetwork:
    """Return the street network around a kitchen.

    Parameters
    ----------
    area
        The kitchen and how far it delivers.
    source
        ``synthetic``; ``osm``, downloaded once and stored in ``roads_directory``; or the path of a
        ``.graphml`` or ``.osm`` file, or of a folder with one for each location.
    seed
        Equal seeds give equal networks.
    roads_directory
        Where downloads are stored.

    Raises
    ------
    UserError
        If there is no such network, or it does not reach the kitchen.
    """
    if source == SYNTHETIC_ROADS:
        return synthetic_network(area, seed)
    if source == OSM_ROADS:
        # OSMnx takes seconds to import.
        from generator.roads.osm import osm_network  # noqa: PLC0415

        return osm_network(area, seed, roads_directory)
    from generator.roads.files import read_network  # noqa: PLC0415 - pulls in what osm does

    return read_network(area, Path(source), seed)
