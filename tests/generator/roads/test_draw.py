from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
from matplotlib.image import imread

from common.errors import UserError
from generator.roads.delivery_area import DeliveryArea
from generator.roads.pictures import Subject, draw_html, draw_png

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generator.roads.network import RoadNetwork

WATER = (0xBC / 255, 0xD8 / 255, 0xE6 / 255)


def test_a_picture_shows_streets_and_water(
    city: Callable[[str], RoadNetwork],
    kitchens: dict[str, tuple[float, float, float]],
    tmp_path: Path,
) -> None:
    subject = Subject(city("chicago"), DeliveryArea("chicago", *kitchens["chicago"]))
    for name in ("one.png", "two.png"):
        draw_png(subject, tmp_path / "new" / name)
    one, two = ((tmp_path / "new" / name).read_bytes() for name in ("one.png", "two.png"))
    assert one == two
    pixels = imread(tmp_path / "new" / "one.png")[:, :, :3]
    assert pixels.shape[0] > 1_000
    blue = abs(pixels - WATER).max(axis=2) < 0.01
    # The lake lies in the east and nowhere else.
    middle = pixels.shape[1] // 2
    assert blue[:, middle:].mean() > 0.1
    assert blue[:, : middle // 2].mean() == 0
    assert (pixels.max(axis=2) < 0.6).mean() > 0.01


def test_a_map_loads_nothing_from_elsewhere(
    city: Callable[[str], RoadNetwork],
    kitchens: dict[str, tuple[float, float, float]],
    tmp_path: Path,
) -> None:
    network = dataclasses.replace(city("sf"), source="osm")
    area = DeliveryArea("sf", *kitchens["sf"])
    draw_html(Subject(network, area, "San Francisco", route_count=3), tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "San Francisco: 6," in page
    assert "orientation order 0." in page
    assert "OpenStreetMap contributors" in page
    assert len(page) > 4_000_000
    assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=", page)
    assert page.count(" mi)") >= 3


def test_a_path_that_cannot_be_written_is_named(
    city: Callable[[str], RoadNetwork],
    kitchens: dict[str, tuple[float, float, float]],
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    subject = Subject(city("chicago"), DeliveryArea("chicago", *kitchens["chicago"]))
    with pytest.raises(UserError, match=r"map\.png cannot be written"):
        draw_png(subject, tmp_path / "file" / "map.png")
