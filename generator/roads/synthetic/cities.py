"""What the synthetic networks are shaped after: coasts, districts, grids and target statistics.

Coordinates are (latitude, longitude) in degrees, our own simplification of the real shape. The
targets of Chicago, San Francisco and Seattle (used for Bellevue) are those of Boeing (2019),
"Urban spatial order", Applied Network Science 4:67, table 1. Silicon Valley has no such row; its
targets are ours: hardly any common bearing, long winding segments, many dead ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Point = tuple[float, float]
Outline = tuple[Point, ...]


@dataclass(frozen=True)
class Targets:
    """Published statistics that a network is shaped after.

    Attributes
    ----------
    orientation_order
        phi of the street bearings, 0 (every direction alike) to 1 (one grid).
    median_segment_m
        Median length of a street segment, metres.
    circuity
        Street length divided by straight-line length.
    dead_ends, four_ways
        Share of nodes at which one street ends, at which four meet.
    """

    orientation_order: float
    median_segment_m: float
    circuity: float
    dead_ends: float
    four_ways: float


@dataclass(frozen=True)
class Grid:
    """A family of streets and the streets across it.

    Attributes
    ----------
    bearing
        Compass bearing of the "avenues", degrees.
    spacing_m
        Mean distance between avenues, and between the streets across them.
    arterial_every
        Every so many lines one is an arterial that stays straight and whole.
    curved_share
        Share of the superblocks between arterials whose inner streets wind.
    turn_deg
        Standard deviation of how far the inside of a winding superblock is turned.
    loops
        Share of the inner streets left out before all else, so that crescents form.
    naming
        ``numbered`` (avenues have numbers), ``streets`` (cross streets have) or ``words``.
    """

    bearing: float
    spacing_m: tuple[float, float]
    arterial_every: int = 6
    curved_share: float = 0.0
    turn_deg: float = 0.0
    loops: float = 0.0
    naming: str = "words"


@dataclass(frozen=True)
class District:
    """A part of the city with its own grid; where outlines overlap the first one counts."""

    grid: str
    outline: Outline


@dataclass(frozen=True)
class City:
    """Everything that a synthetic network of one city is drawn from.

    Attributes
    ----------
    latitude, longitude
        Origin of the local plane.
    targets
        What the statistics should come to.
    grids
        Grids by name.
    base_grid
        The grid wherever no district is.
    districts
        Parts with another grid.
    coasts
        Open coastlines with the land on their right, each with the corners that close it over the
        water: everything inside is water.
    parks
        Land without streets.
    avenues
        Streets that cross everything: a market street, diagonals, shore drives.
    straight_within_m
        No superblock winds this near to the origin.
    court_share
        Share of the dead ends that are courts built into a block; the others are streets that
        stop half way.
    side_street_bend
        How much straight blocks may bend, relative to winding ones (1).
    prefix, suffix
        Whether names carry a direction before ("N Alder St") or behind ("12th Ave NE").
    """

    latitude: float
    longitude: float
    targets: Targets
    grids: Mapping[str, Grid]
    base_grid: str
    districts: tuple[District, ...] = ()
    coasts: tuple[tuple[Outline, Outline], ...] = ()
    parks: tuple[Outline, ...] = ()
    avenues: tuple[Outline, ...] = ()
    straight_within_m: float = 0.0
    court_share: float = 0.2
    side_street_bend: float = 0.3
    prefix: bool = False
    suffix: bool = False
    avenue_names: tuple[str, ...] = field(default=())


def _mesh(rows: tuple[Outline, ...], grids: tuple[tuple[str, ...], ...]) -> tuple[District, ...]:
    """Return the quadrangles between rows of points as districts, one grid name for each."""
    return tuple(
        District(name, (upper[i], upper[i + 1], lower[i + 1], lower[i]))
        for upper, lower, names in zip(rows[:-1], rows[1:], grids, strict=True)
        for i, name in enumerate(names)
    )


SAN_FRANCISCO = City(
    latitude=37.7749,
    longitude=-122.4194,
    targets=Targets(0.278, 94.0, 1.033, 0.087, 0.454),
    grids={
        "north": Grid(-9.0, (115.0, 82.0), 5, 0.24, 22.0),
        "south of market": Grid(45.0, (98.0, 112.0), 4),
        "mission": Grid(-4.5, (82.0, 120.0), 4, 0.35, 22.0),
        "potrero": Grid(6.0, (78.0, 116.0), 4, 0.55, 26.0),
        "bay": Grid(37.0, (80.0, 112.0), 4, 0.3, 20.0),
        "bernal": Grid(22.0, (78.0, 108.0), 4, 0.8, 30.0),
        "peaks": Grid(-28.0, (92.0, 122.0), 4, 1.0, 40.0, loops=0.10),
        "avenues": Grid(-2.0, (84.0, 116.0), 5, naming="numbered"),
        "excelsior": Grid(60.0, (84.0, 114.0), 5, 0.5, 25.0),
    },
    base_grid="mission",
    districts=(
        District(
            "south of market",
            (
                (37.7985, -122.3890),
                (37.7695, -122.4262),
                (37.7692, -122.4085),
                (37.7705, -122.4020),
                (37.7762, -122.3905),
                (37.7765, -122.3700),
            ),
        ),
        District(
            "peaks",
            (
                (37.7668, -122.4295 - 0.0145),
                (37.7625, -122.4352),
                (37.7545, -122.4375),
                (37.7310, -122.4335),
                (37.7250, -122.4335),
                (37.7250, -122.5200),
                (37.7625, -122.5200),
                (37.7625, -122.4600),
            ),
        ),
        District(
            "potrero",
            (
                (37.7800, -122.4045),
                (37.7692, -122.4065),
                (37.7490, -122.4050),
                (37.7490, -122.3600),
                (37.7800, -122.3600),
            ),
        ),
        District(
            "bay",
            (
                (37.7490, -122.4050),
                (37.7380, -122.4075),
                (37.7250, -122.4010),
                (37.7250, -122.3500),
                (37.7490, -122.3500),
            ),
        ),
        District(
            "bernal",
            (
                (37.7482, -122.4205),
                (37.7490, -122.4050),
                (37.7380, -122.4075),
                (37.7330, -122.4240),
            ),
        ),
        District(
            "excelsior",
            (
                (37.7330, -122.4240),
                (37.7380, -122.4075),
                (37.7250, -122.4010),
                (37.7250, -122.4335),
                (37.7310, -122.4335),
            ),
        ),
        District(
            "avenues",
            (
                (37.7885, -122.4590),
                (37.7745, -122.4580),
                (37.7625, -122.4600),
                (37.7625, -122.5200),
                (37.7900, -122.5200),
            ),
        ),
        District(
            "north",
            (
                (37.8200, -122.3750),
                (37.7985, -122.3890),
                (37.7668, -122.4295),
                (37.7668, -122.4440),
                (37.7625, -122.4600),
                (37.7625, -122.4800),
                (37.8200, -122.4800),
            ),
        ),
    ),
    coasts=(
        (
            (
                (37.8120, -122.4900),
                (37.8100, -122.4770),
                (37.8068, -122.4660),
                (37.8062, -122.4560),
                (37.8075, -122.4450),
                (37.8072, -122.4350),
                (37.8090, -122.4295),
                (37.8075, -122.4235),
                (37.8096, -122.4170),
                (37.8100, -122.4095),
                (37.8073, -122.4035),
                (37.8030, -122.3990),
                (37.7990, -122.3958),
                (37.7953, -122.3922),
                (37.7910, -122.3885),
                (37.7870, -122.3870),
                (37.7820, -122.3870),
                (37.7775, -122.3868),
                (37.7730, -122.3853),
                (37.7680, -122.3848),
                (37.7630, -122.3815),
                (37.7570, -122.3797),
                (37.7515, -122.3790),
                (37.7465, -122.3735),
                (37.7410, -122.3690),
                (37.7360, -122.3715),
                (37.7300, -122.3600),
                (37.7200, -122.3580),
                (37.7100, -122.3750),
                (37.7000, -122.3900),
            ),
            ((37.7000, -122.2500), (37.8700, -122.2500), (37.8700, -122.4900)),
        ),
    ),
    parks=(
        ((37.7745, -122.4535), (37.7662, -122.4530), (37.7640, -122.5200), (37.7715, -122.5200)),
        (
            (37.7880, -122.4478),
            (37.8025, -122.4462),
            (37.8040, -122.4700),
            (37.7960, -122.4850),
            (37.7880, -122.4850),
        ),
        ((37.7698, -122.4415), (37.7668, -122.4440), (37.7670, -122.4395), (37.7688, -122.4385)),
        ((37.7445, -122.4170), (37.7440, -122.4120), (37.7415, -122.4125), (37.7420, -122.4175)),
        ((37.7612, -122.4278), (37.7580, -122.4276), (37.7581, -122.4258), (37.7613, -122.4260)),
        ((37.7570, -122.4480), (37.7560, -122.4445), (37.7510, -122.4455), (37.7515, -122.4490)),
        ((37.7822, -122.4400), (37.7786, -122.4393), (37.7782, -122.4425), (37.7818, -122.4432)),
    ),
    avenues=(
        ((37.7985, -122.3890), (37.7625, -122.4352), (37.7545, -122.4440), (37.7400, -122.4520)),
        ((37.7955, -122.4030), (37.8072, -122.4205)),
        ((37.7692, -122.4070), (37.7490, -122.4050), (37.7380, -122.4075), (37.7250, -122.4010)),
        ((37.7692, -122.4205), (37.7482, -122.4182), (37.7330, -122.4330), (37.7200, -122.4480)),
    ),
    court_share=0.15,
    side_street_bend=0.35,
    avenue_names=("Merchant St", "Lantern Ave", "Eastway Blvd", "Granary St"),
)

CHICAGO = City(
    latitude=41.8919,
    longitude=-87.6278,
    targets=Targets(0.899, 105.0, 1.016, 0.074, 0.507),
    grids={
        "main": Grid(0.0, (98.0, 126.0), 8, 0.06, 13.0, naming="streets"),
        "quarter": Grid(0.0, (104.0, 124.0), 6, 1.0, 18.0, naming="words"),
    },
    base_grid="main",
    districts=(
        District(
            "quarter",
            ((41.9290, -87.6940), (41.9290, -87.6740), (41.9180, -87.6740), (41.9180, -87.6940)),
        ),
        District(
            "quarter",
            ((41.8660, -87.6960), (41.8660, -87.6790), (41.8560, -87.6790), (41.8560, -87.6960)),
        ),
        District(
            "quarter",
            ((41.9420, -87.6560), (41.9420, -87.6420), (41.9330, -87.6420), (41.9330, -87.6560)),
        ),
    ),
    coasts=(
        (
            (
                (41.9700, -87.6450),
                (41.9600, -87.6400),
                (41.9480, -87.6385),
                (41.9400, -87.6345),
                (41.9330, -87.6312),
                (41.9260, -87.6292),
                (41.9180, -87.6265),
                (41.9120, -87.6240),
                (41.9040, -87.6235),
                (41.9005, -87.6205),
                (41.8960, -87.6145),
                (41.8915, -87.6120),
                (41.8860, -87.6125),
                (41.8800, -87.6160),
                (41.8740, -87.6165),
                (41.8680, -87.6140),
                (41.8600, -87.6120),
                (41.8540, -87.6095),
                (41.8470, -87.6070),
                (41.8390, -87.6050),
                (41.8300, -87.6010),
                (41.8200, -87.5950),
            ),
            ((41.8200, -87.4500), (41.9700, -87.4500)),
        ),
    ),
    parks=(
        ((41.8828, -87.6240), (41.8672, -87.6240), (41.8672, -87.6175), (41.8828, -87.6195)),
        ((41.9250, -87.6385), (41.9125, -87.6340), (41.9125, -87.6285), (41.9250, -87.6325)),
        ((41.9055, -87.7060), (41.9055, -87.6970), (41.8985, -87.6970), (41.8985, -87.7060)),
        ((41.8865, -87.7200), (41.8865, -87.7130), (41.8805, -87.7130), (41.8805, -87.7200)),
        # The bed of the river, its two branches, and the yards beside it.
        ((41.8886, -87.6370), (41.8880, -87.6160), (41.8869, -87.6160), (41.8872, -87.6370)),
        ((41.8872, -87.6388), (41.8872, -87.6370), (41.8700, -87.6345), (41.8700, -87.6362)),
        ((41.8700, -87.6362), (41.8700, -87.6320), (41.8580, -87.6320), (41.8580, -87.6370)),
        ((41.9010, -87.6478), (41.9010, -87.6460), (41.8886, -87.6370), (41.8886, -87.6388)),
        ((41.9200, -87.6640), (41.9195, -87.6610), (41.9010, -87.6460), (41.9010, -87.6480)),
        ((41.8580, -87.6370), (41.8580, -87.6350), (41.8460, -87.6640), (41.8470, -87.6660)),
    ),
    avenues=(
        ((41.8880, -87.6400), (41.9500, -87.7280)),
        ((41.9180, -87.6360), (41.9600, -87.6640)),
        ((41.9030, -87.6330), (41.9320, -87.6780)),
        ((41.8600, -87.6400), (41.8280, -87.6950)),
        ((41.8780, -87.6640), (41.8500, -87.7220)),
        ((41.8990, -87.6480), (41.9500, -87.6960)),
        ((41.9080, -87.6316), (41.9500, -87.6560)),
        ((41.8640, -87.6440), (41.8480, -87.6760)),
        ((41.8760, -87.7200), (41.8758, -87.6240)),
        ((41.8839, -87.7200), (41.8839, -87.6240)),
        ((41.8800, -87.7200), (41.8800, -87.6240)),
        ((41.8712, -87.7200), (41.8712, -87.6240)),
        ((41.8672, -87.7200), (41.8672, -87.6200)),
        ((41.8967, -87.7200), (41.8967, -87.6160)),
        ((41.9105, -87.7200), (41.9105, -87.6270)),
        ((41.8530, -87.7200), (41.8530, -87.6130)),
        ((41.9400, -87.6280), (41.8300, -87.6278)),
        ((41.9400, -87.6315), (41.8300, -87.6314)),
        ((41.9400, -87.6246), (41.8300, -87.6244)),
    ),
    court_share=0.1,
    side_street_bend=0.13,
    prefix=True,
    avenue_names=(
        "Prairie Diagonal Ave",
        "Orchard Diagonal Ave",
        "Ferry Diagonal Ave",
        "Quarry Diagonal Ave",
        "Canal Diagonal Ave",
        "Tannery Diagonal Ave",
        "Dune Diagonal Ave",
        "Island Diagonal Ave",
        "Assembly Pkwy",
        "Market Hall St",
        "Foundry Rd",
        "Ledger St",
        "Depot St",
        "Chandler Ave",
        "Northgate Ave",
        "Southgate Rd",
        "Clocktower St",
        "Lighthouse St",
        "Harbor View Ave",
    ),
)

BELLEVUE = City(
    latitude=47.6145,
    longitude=-122.1936,
    targets=Targets(0.723, 97.0, 1.028, 0.136, 0.369),
    grids={
        "main": Grid(0.0, (94.0, 104.0), 7, 0.30, 22.0, naming="numbered"),
        "hills": Grid(8.0, (100.0, 112.0), 6, 1.0, 36.0, loops=0.08),
        "point": Grid(-8.0, (108.0, 116.0), 6, 0.4, 25.0),
    },
    base_grid="main",
    districts=(
        District(
            "hills",
            (
                (47.5795, -122.1750),
                (47.5790, -122.1000),
                (47.5400, -122.1000),
                (47.5400, -122.1820),
                (47.5700, -122.1800),
            ),
        ),
        District(
            "hills",
            (
                (47.6030, -122.1370),
                (47.6060, -122.1000),
                (47.5900, -122.1000),
                (47.5880, -122.1370),
            ),
        ),
        District(
            "point",
            (
                (47.6180, -122.2270),
                (47.6030, -122.2270),
                (47.6030, -122.2500),
                (47.6180, -122.2500),
            ),
        ),
    ),
    coasts=(
        (
            (
                (47.5350, -122.2060),
                (47.5480, -122.2000),
                (47.5560, -122.1940),
                (47.5640, -122.1900),
                (47.5700, -122.1930),
                (47.5780, -122.1975),
                (47.5810, -122.2045),
                (47.5860, -122.2070),
                (47.5910, -122.2085),
                (47.5960, -122.2115),
                (47.6020, -122.2160),
                (47.6070, -122.2150),
                (47.6100, -122.2060),
                (47.6115, -122.2075),
                (47.6122, -122.2180),
                (47.6082, -122.2285),
                (47.6130, -122.2400),
                (47.6200, -122.2430),
                (47.6300, -122.2435),
                (47.6400, -122.2430),
                (47.6470, -122.2415),
                (47.6420, -122.2350),
                (47.6530, -122.2310),
                (47.6530, -122.2280),
                (47.6440, -122.2245),
                (47.6535, -122.2190),
                (47.6535, -122.2145),
                (47.6455, -122.2085),
                (47.6520, -122.2068),
                (47.6600, -122.2078),
                (47.6700, -122.2085),
                (47.6850, -122.2120),
            ),
            ((47.6850, -122.3500), (47.5350, -122.3500)),
        ),
        (
            (
                (47.6800, -122.0980),
                (47.6500, -122.1000),
                (47.6380, -122.1080),
                (47.6200, -122.1130),
                (47.6080, -122.1110),
                (47.5950, -122.1130),
                (47.5800, -122.1120),
                (47.5680, -122.1030),
                (47.5500, -122.0900),
            ),
            ((47.5500, -122.0300), (47.6800, -122.0300)),
        ),
    ),
    parks=(
        (
            (47.6590, -122.1845),
            (47.6600, -122.1790),
            (47.6560, -122.1745),
            (47.6490, -122.1760),
            (47.6470, -122.1800),
            (47.6480, -122.1850),
        ),
        (
            (47.6010, -122.1890),
            (47.6000, -122.1800),
            (47.5830, -122.1795),
            (47.5815, -122.1880),
        ),
        ((47.6065, -122.1630), (47.6050, -122.1550), (47.6005, -122.1540), (47.5995, -122.1620)),
        ((47.6125, -122.2055), (47.6125, -122.2035), (47.6108, -122.2035), (47.6108, -122.2055)),
        (
            (47.6425, -122.1610),
            (47.6435, -122.1530),
            (47.6405, -122.1470),
            (47.6365, -122.1500),
            (47.6360, -122.1600),
        ),
        ((47.5700, -122.1650), (47.5690, -122.1430), (47.5590, -122.1450), (47.5600, -122.1640)),
    ),
    avenues=(
        (
            (47.6850, -122.1800),
            (47.6560, -122.1870),
            (47.6400, -122.1885),
            (47.6220, -122.1862),
            (47.6060, -122.1862),
            (47.5960, -122.1795),
            (47.5790, -122.1750),
            (47.5600, -122.1830),
            (47.5400, -122.1960),
        ),
        (
            (47.5785, -122.1985),
            (47.5800, -122.1900),
            (47.5800, -122.1600),
            (47.5770, -122.1250),
            (47.5650, -122.0950),
        ),
        (
            (47.6395, -122.2420),
            (47.6400, -122.2250),
            (47.6425, -122.2060),
            (47.6350, -122.1870),
            (47.6330, -122.1600),
            (47.6440, -122.1350),
            (47.6700, -122.1150),
        ),
        ((47.6030, -122.1862), (47.5985, -122.1700), (47.6040, -122.1520), (47.5985, -122.1300)),
        ((47.6170, -122.2400), (47.6170, -122.1130)),
    ),
    straight_within_m=1300.0,
    court_share=0.65,
    side_street_bend=0.15,
    suffix=True,
    avenue_names=(
        "Eastshore Pkwy",
        "Southbank Pkwy",
        "Northbank Pkwy",
        "Lake Ridge Connector",
        "Parkland Blvd",
    ),
)

SILICON_VALLEY = City(
    latitude=37.3894,
    longitude=-122.0819,
    targets=Targets(0.100, 125.0, 1.060, 0.190, 0.200),
    grids={
        "town": Grid(36.0, (122.0, 140.0), 6, 0.30, 24.0, loops=0.05),
        "west": Grid(36.0, (124.0, 142.0), 6, 0.60, 30.0, loops=0.08),
        "north": Grid(4.0, (130.0, 156.0), 5, 0.70, 32.0, loops=0.10),
        "orchard": Grid(46.0, (124.0, 144.0), 6, 0.80, 36.0, loops=0.12),
        "meadow": Grid(36.0, (124.0, 144.0), 6, 0.85, 36.0, loops=0.12),
        "creek": Grid(34.0, (124.0, 144.0), 6, 0.80, 36.0, loops=0.10),
        "plain": Grid(0.0, (124.0, 142.0), 6, 0.55, 30.0, loops=0.08),
        "hills": Grid(26.0, (158.0, 182.0), 5, 1.0, 42.0, loops=0.16),
    },
    base_grid="plain",
    districts=_mesh(
        (
            (
                (37.5000, -122.2300),
                (37.5000, -122.1290),
                (37.5000, -122.1000),
                (37.5000, -122.0680),
                (37.5000, -122.0260),
                (37.5000, -121.9600),
            ),
            (
                (37.4800, -122.1900),
                (37.4500, -122.1240),
                (37.4270, -122.1020),
                (37.4085, -122.0690),
                (37.3985, -122.0260),
                (37.3830, -121.9600),
            ),
            (
                (37.4620, -122.2050),
                (37.4330, -122.1440),
                (37.4080, -122.1090),
                (37.3945, -122.0765),
                (37.3785, -122.0310),
                (37.3640, -121.9600),
            ),
            (
                (37.4500, -122.2120),
                (37.4240, -122.1480),
                (37.4000, -122.1140),
                (37.3850, -122.0830),
                (37.3690, -122.0370),
                (37.3480, -121.9600),
            ),
            (
                (37.4250, -122.2250),
                (37.4060, -122.1600),
                (37.3800, -122.1190),
                (37.3620, -122.0900),
                (37.3520, -122.0340),
                (37.3340, -121.9600),
            ),
            (
                (37.4050, -122.2300),
                (37.3880, -122.1660),
                (37.3600, -122.1220),
                (37.3410, -122.0870),
                (37.3340, -122.0320),
                (37.3180, -121.9600),
            ),
            (
                (37.2900, -122.2300),
                (37.2900, -122.1660),
                (37.2900, -122.1300),
                (37.2900, -122.0920),
                (37.2900, -122.0320),
                (37.2900, -121.9600),
            ),
        ),
        (
            ("creek", "north", "north", "north", "plain"),
            ("west", "meadow", "creek", "orchard", "plain"),
            ("west", "west", "town", "town", "plain"),
            ("orchard", "orchard", "creek", "orchard", "meadow"),
            ("meadow", "hills", "meadow", "creek", "plain"),
            ("hills", "hills", "hills", "orchard", "plain"),
        ),
    ),
    coasts=(
        (
            (
                (37.4750, -122.1700),
                (37.4680, -122.1350),
                (37.4600, -122.1110),
                (37.4480, -122.1030),
                (37.4380, -122.0960),
                (37.4345, -122.0850),
                (37.4310, -122.0700),
                (37.4300, -122.0550),
                (37.4270, -122.0400),
                (37.4210, -122.0230),
                (37.4180, -122.0080),
                (37.4240, -121.9900),
                (37.4260, -121.9600),
            ),
            ((37.5500, -121.9600), (37.5500, -122.1700)),
        ),
    ),
    parks=(
        ((37.4060, -122.0545), (37.4255, -122.0530), (37.4230, -122.0400), (37.4060, -122.0390)),
        (
            (37.4260, -122.1900),
            (37.4215, -122.1690),
            (37.4180, -122.1600),
            (37.4110, -122.1640),
            (37.4060, -122.1630),
            (37.4010, -122.1900),
        ),
        (
            (37.3700, -122.1800),
            (37.3630, -122.1520),
            (37.3580, -122.1400),
            (37.3560, -122.1280),
            (37.3460, -122.1190),
            (37.3390, -122.1050),
            (37.3300, -122.1060),
            (37.3220, -122.0960),
            (37.3100, -122.0950),
            (37.3000, -122.1500),
            (37.3300, -122.1800),
        ),
        ((37.4520, -122.1150), (37.4400, -122.1060), (37.4370, -122.1120), (37.4480, -122.1190)),
        ((37.3430, -122.0780), (37.3430, -122.0690), (37.3370, -122.0690), (37.3370, -122.0780)),
    ),
    avenues=(
        (
            (37.4070, -122.0660),
            (37.3930, -122.0690),
            (37.3700, -122.0640),
            (37.3380, -122.0590),
            (37.3000, -122.0450),
        ),
    ),
    straight_within_m=500.0,
    court_share=0.5,
    side_street_bend=0.45,
    avenue_names=("Stevens Fork Pkwy",),
)

ANYWHERE = Targets(0.600, 110.0, 1.025, 0.110, 0.400)

CITIES: Mapping[str, City] = {
    "sf": SAN_FRANCISCO,
    "sv": SILICON_VALLEY,
    "bellevue": BELLEVUE,
    "chicago": CHICAGO,
}


def city_for(location_code: str, latitude: float, longitude: float) -> City:
    """Return the plan of a city; an unknown one, or one elsewhere, gets a plain grid."""
    city = CITIES.get(location_code)
    near_degrees = 0.5
    if (
        city is not None
        and abs(city.latitude - latitude) < near_degrees
        and abs(city.longitude - longitude) < near_degrees
    ):
        return city
    return City(
        latitude=latitude,
        longitude=longitude,
        targets=ANYWHERE,
        grids={"main": Grid(7.0, (108.0, 118.0), 7, 0.5, 26.0, naming="numbered")},
        base_grid="main",
        straight_within_m=900.0,
        court_share=0.4,
    )
