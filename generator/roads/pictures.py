"""Pictures of a street network: a PNG, and an HTML map that can be viewed offline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import get_coordinates

from common.errors import UserError
from common.storage import storage_of
from generator.roads.attribution import OSM_ATTRIBUTION
from generator.roads.delivery_area import METRES_PER_MILE
from generator.roads.routing import delivery_routes
from generator.roads.statistics import network_statistics, street_edges
from generator.roads.synthetic.cities import city_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from generator.roads.delivery_area import DeliveryArea
    from generator.roads.network import RoadNetwork

LAND, WATER = "#f6f3ec", "#bcd8e6"
STREET, INTERSECTION, KITCHEN = "#5b6470", "#8d97a5", "#d7263d"
ROUTES = ("#d1495b", "#edae49", "#00798c", "#7b4b94", "#3f7d20", "#c05746", "#30638e", "#a23b72")


@dataclass(frozen=True)
class Subject:
    """What a picture is of.

    Attributes
    ----------
    network
        The streets.
    area
        The kitchen and how far it delivers; the water around a city with a plan is drawn too.
    name
        For the title; the location code if empty.
    route_count
        How many routes to show.
    """

    network: RoadNetwork
    area: DeliveryArea
    name: str = ""
    route_count: int = 12


@dataclass(frozen=True)
class _Picture:
    """What either kind of picture shows.

    Attributes
    ----------
    title, subtitle, credit
        Texts.
    streets
        (P, 2) longitude and latitude, a row of not-a-number after each street.
    nodes
        (N, 2) longitude and latitude.
    routes
        What is written on the order, miles driven, and (R, 2) longitude and latitude.
    water
        (V, 2) outlines, longitude and latitude.
    kitchen
        Longitude and latitude.
    """

    title: str
    subtitle: str
    credit: str
    streets: NDArray[np.float64]
    nodes: NDArray[np.float64]
    routes: list[tuple[str, float, NDArray[np.float64]]]
    water: list[NDArray[np.float64]]
    kitchen: tuple[float, float]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, east, south and north with a margin."""
        low, high = self.nodes.min(axis=0), self.nodes.max(axis=0)
        margin = 0.03 * (high - low)
        (west, south), (east, north) = (low - margin).tolist(), (high + margin).tolist()
        return west, east, south, north

    @property
    def part(self) -> float:
        """Return how many degrees of longitude are as long as one of latitude."""
        return float(1.0 / np.cos(np.deg2rad(self.kitchen[1])))


def draw_png(subject: Subject, file: Path) -> None:
    """Draw streets, intersections, the kitchen and some routes into a PNG file.

    Parameters
    ----------
    subject
        What to draw.
    file
        Where to; replaced in one step.

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - slow to import
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    picture = _picture(subject)
    west, east, south, north = picture.bounds
    height = 11.0
    width = float(np.clip(height * (east - west) / (north - south) / picture.part, 9.6, 16.0))
    figure = Figure(figsize=(width, height + 1.1), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.01, 0.03, 0.98, 0.88))
    axes.set_facecolor(LAND)
    for outline in picture.water:
        axes.fill(outline[:, 0], outline[:, 1], color=WATER, zorder=0, linewidth=0)
    ends = np.flatnonzero(np.isnan(picture.streets[:, 0]))
    lines = [part[~np.isnan(part[:, 0])] for part in np.split(picture.streets, ends)]
    axes.add_collection(LineCollection(lines, colors=STREET, linewidths=0.55, zorder=1))
    axes.scatter(
        picture.nodes[:, 0], picture.nodes[:, 1], s=1.2, c=INTERSECTION, linewidths=0, zorder=2
    )
    for number, (_, _, points) in enumerate(picture.routes):
        colour = ROUTES[number % len(ROUTES)]
        axes.plot(*points.T, color="white", linewidth=3.6, zorder=3, solid_capstyle="round")
        axes.plot(*points.T, color=colour, linewidth=2.1, zorder=4, solid_capstyle="round")
        axes.scatter(
            points[-1, 0],
            points[-1, 1],
            s=34,
            c=colour,
            edgecolors="white",
            linewidths=1.0,
            zorder=5,
        )
    axes.scatter(
        *picture.kitchen, s=330, marker="*", c=KITCHEN, edgecolors="white", linewidths=1.4, zorder=6
    )
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(picture.part)
    axes.set_axis_off()
    # An axis that is off paints no background.
    axes.patch.set_visible(True)
    axes.add_artist(axes.patch)
    axes.patch.set_zorder(-1)
    figure.text(0.015, 0.962, picture.title, fontsize=17, fontweight="bold", va="center")
    figure.text(0.015, 0.931, picture.subtitle, fontsize=10.5, color="#444444", va="center")
    figure.text(0.985, 0.014, picture.credit, fontsize=8.5, color="#666666", ha="right")
    # Without a date or version in it, the same network gives the same file.
    _write(
        file,
        lambda staged: figure.savefig(staged, format="png", dpi=110, metadata={"Software": None}),
    )


def draw_html(subject: Subject, file: Path) -> None:
    """Draw the same as an interactive map in one self-contained HTML file.

    The map library is in the file; there are no tiles and nothing is loaded from elsewhere.
    Parameters and errors are those of `draw_png`.
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - slow to import

    picture = _picture(subject)
    figure = go.Figure()
    quiet: dict[str, Any] = {"hoverinfo": "skip"}
    for number, outline in enumerate(picture.water):
        figure.add_scatter(
            x=outline[:, 0],
            y=outline[:, 1],
            fill="toself",
            fillcolor=WATER,
            mode="none",
            name="Water",
            legendgroup="water",
            showlegend=number == 0,
            **quiet,
        )
    figure.add_scattergl(
        x=np.round(picture.streets[:, 0], 6),
        y=np.round(picture.streets[:, 1], 6),
        mode="lines",
        line={"color": STREET, "width": 1},
        name="Streets",
        **quiet,
    )
    figure.add_scattergl(
        x=np.round(picture.nodes[:, 0], 6),
        y=np.round(picture.nodes[:, 1], 6),
        mode="markers",
        marker={"color": INTERSECTION, "size": 3},
        name="Intersections",
        visible="legendonly",
        **quiet,
    )
    for number, (text, miles, points) in enumerate(picture.routes):
        figure.add_scatter(
            x=points[:, 0],
            y=points[:, 1],
            mode="lines",
            line={"color": ROUTES[number % len(ROUTES)], "width": 4},
            name=f"{text} ({miles:.1f} mi)",
            hovertemplate="%{fullData.name}<extra></extra>",
        )
    figure.add_scatter(
        x=[picture.kitchen[0]],
        y=[picture.kitchen[1]],
        mode="markers",
        name="Kitchen",
        marker={
            "color": KITCHEN,
            "size": 20,
            "symbol": "star",
            "line": {"color": "white", "width": 1.5},
        },
        hovertemplate="Kitchen<extra></extra>",
    )
    west, east, south, north = picture.bounds
    axis: dict[str, Any] = {"showgrid": False, "zeroline": False, "visible": False}
    figure.update_layout(
        title={"text": f"<b>{picture.title}</b><br><sub>{picture.subtitle}</sub>", "x": 0.01},
        plot_bgcolor=LAND,
        xaxis={**axis, "range": [west, east], "constrain": "domain"},
        yaxis={**axis, "range": [south, north], "scaleanchor": "x", "scaleratio": picture.part},
        dragmode="pan",
        margin={"l": 10, "r": 10, "t": 70, "b": 30},
        legend={"bgcolor": "rgba(255,255,255,0.8)"},
        annotations=[
            {
                "text": picture.credit,
                "showarrow": False,
                "xref": "paper",
                "yref": "paper",
                "x": 1,
                "y": -0.02,
                "font": {"size": 11, "color": "#666666"},
            }
        ],
    )
    page = figure.to_html(
        include_plotlyjs=True,
        div_id="roads",
        config={"scrollZoom": True, "displaylogo": False, "responsive": True},
        default_height="96vh",
    )
    _write(file, lambda staged: staged.write_text(page, encoding="utf-8"))


def _picture(subject: Subject) -> _Picture:
    network, area = subject.network, subject.area
    statistics = network_statistics(network)
    title = (
        f"{subject.name or area.location_code}: {statistics.nodes:,} intersections and dead ends, "
        f"{statistics.streets:,} streets"
    )
    subtitle = (
        f"orientation order {statistics.orientation_order:.3f} \u00b7 "
        f"median segment {statistics.median_segment_m:.0f} m \u00b7 "
        f"circuity {statistics.circuity:.3f} \u00b7 "
        f"dead ends {statistics.dead_ends:.1%} \u00b7 "
        f"four-way intersections {statistics.four_ways:.1%}"
    )
    return _Picture(
        title=title,
        subtitle=subtitle,
        credit=_credit(network.source, area),
        streets=_street_lines(network),
        nodes=np.stack([network.longitude, network.latitude], axis=1),
        routes=_sample_routes(network, area, subject.route_count),
        water=_water(network, area),
        kitchen=(area.longitude, area.latitude),
    )


def _credit(source: str, area: DeliveryArea) -> str:
    if source == "synthetic":
        targets = city_for(area.location_code, *area.kitchen).targets
        return f"Invented streets. Statistics that they are shaped after: {targets.source}"
    return f"Streets {OSM_ATTRIBUTION}" if source == "osm" else f"Streets from {source}"


def _street_lines(network: RoadNetwork) -> NDArray[np.float64]:
    """Return the shape of every street once, with a gap after each."""
    first = street_edges(network)
    count = np.diff(network.shape_offsets)[first]
    offsets = np.concatenate([[0], np.cumsum(count + 1)])
    owner = np.repeat(np.arange(len(first)), count + 1)
    step = np.arange(offsets[-1]) - offsets[owner]
    gap = step == count[owner]
    point = np.where(gap, 0, network.shape_offsets[first][owner] + step)
    lines = np.stack([network.shape_longitude[point], network.shape_latitude[point]], axis=1)
    lines[gap] = np.nan
    return lines


def _sample_routes(
    network: RoadNetwork, area: DeliveryArea, count: int
) -> list[tuple[str, float, NDArray[np.float64]]]:
    """Return routes to addresses near and far, in all directions."""
    routes = delivery_routes(network, *area.kitchen, area.radius_mi)
    # Evenly by distance, each next one in another direction by the golden angle.
    order = np.argsort(routes.distance_m, kind="stable")
    bearing = np.arctan2(routes.longitude - area.longitude, routes.latitude - area.latitude)
    chosen: list[int] = []
    for number in range(min(count, len(order))):
        part = order[len(order) * number // count : max(len(order) * (number + 1) // count, 1)]
        wanted = 2.399963 * number
        off = np.abs((bearing[part] - wanted + np.pi) % (2 * np.pi) - np.pi)
        chosen.append(int(part[off.argmin()]))
    return [
        (
            routes.text[address],
            float(routes.distance_m[address] / METRES_PER_MILE),
            routes.path(address)[:, ::-1],
        )
        for address in chosen
    ]


def _water(network: RoadNetwork, area: DeliveryArea) -> list[NDArray[np.float64]]:
    """Return the water that a synthetic network leaves empty."""
    if network.source != "synthetic":
        return []
    city = city_for(area.location_code, *area.kitchen)
    return [get_coordinates(outline) for outline in city.water]


def _write(file: Path, save: Callable[[Path], object]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with storage_of(file).atomic_file(file) as staged:
            save(staged)
    except OSError as error:
        raise UserError(
            f"the picture {file} cannot be written ({error}): choose another place with --out"
        ) from error
