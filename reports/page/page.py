"""The page: words, pictures and tables put into one HTML file that loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from common.vocabulary import vocabulary
from reports.page.charts import complaints, couriers, lateness, quality, refunds, stories
from reports.page.charts.parts import CONFIG, WIDTH, Drawing, Spec, Table
from reports.page.figures import CARDS, FIGURES, GROUPS, HEADLINE
from reports.page.formats import format_change, format_day, format_moment, format_value
from reports.page.words import said

if TYPE_CHECKING:
    from reports.page.business import Business

_VEGA_LITE = "6.4"  # what Altair 6.3 writes
# Digits that nobody sees, and what only serves scripts and screen readers: the figure around a
# picture describes it.
_UNSEEN_DIGITS = re.compile(r"(?<=\d\.)(\d)\d+")
_UNNEEDED = re.compile(
    r' (?:class|role|aria-[a-z]+|pointer-events|version|xmlns(?::xlink)?)="[^"]*"'
)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page.

    Attributes
    ----------
    key, title, words
        Its anchor, its heading, and the text below.
    drawings
        Its charts.
    """

    key: str
    title: str
    words: str
    drawings: tuple[Drawing, ...]


def render_page(business: Business) -> str:
    """Return the page of a business. The same business has the same page, to the last byte."""
    sections = sections_of(business)
    charts = {
        drawing.key: list(drawing.panels) for section in sections for drawing in section.drawings
    }
    library = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", _VEGA_LITE)
    environment = Environment(
        loader=PackageLoader("reports.page"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    script = _source(environment, "page.js")
    library = library.replace("</script", "<\\/script")
    page = environment.get_template("page.html").render(
        business=business,
        name=vocabulary().business,
        until=format_moment(business.period.until),
        last_day=format_day(business.period.last_day),
        lead=_lead(business),
        cards=_cards(business),
        headline=headline(business),
        sections=[
            {
                "key": section.key,
                "title": section.title,
                "words": section.words,
                "drawn": [
                    {"drawing": drawing, "pictures": [_picture(panel) for panel in drawing.panels]}
                    for drawing in section.drawings
                ],
            }
            for section in sections
        ],
        figures=_figures(business),
        style=Markup(_source(environment, "page.css")),  # noqa: S704  (our own file)
        policy=_policy(library, script),
        data=_json({"config": CONFIG, "charts": charts}),
        library=Markup(library),  # noqa: S704
        script=Markup(script),  # noqa: S704
    )
    return re.sub(r"\n\s*\n+", "\n", page)


def sections_of(business: Business) -> tuple[Section, ...]:
    """Return the sections that have charts."""
    return (
        Section(
            "stories",
            said("How the {kitchens} are doing"),
            said("One chart for each {kitchen}, each on a scale of its own."),
            tuple(stories.story(business, kitchen) for kitchen in business.kitchens),
        ),
        Section(
            "lateness",
            "Who is late, and why",
            _definition("late_share"),
            (
                lateness.lateness(business),
                lateness.causes(business),
                lateness.late_hours(business),
                lateness.stages(business),
            ),
        ),
        Section(
            "refunds",
            "Refunds",
            "Each delivered order is recommended no refund, a part of its basket, or all of it; a "
            "person decides.",
            (refunds.refund_weeks(business), refunds.refund_classes(business)),
        ),
        Section(
            "complaints",
            "Complaints",
            said(
                "Some {customers} complain. What they write is answered with a credit, or handed "
                "to a person."
            ),
            (complaints.complaints(business), complaints.complaint_weeks(business)),
        ),
        Section(
            "couriers",
            said("{Couriers}"),
            _definition("utilisation"),
            (couriers.couriers(business), couriers.utilisation(business)),
        ),
        Section(
            "quality",
            "How good the data is",
            "Whatever lands is counted once: as an event, as a duplicate, or as rejected.",
            (quality.quality(business), quality.landed(business)),
        ),
    )


def headline(business: Business) -> Table:
    """Return the table of the period: a row for each kitchen, and one for all of them."""
    rows = [
        (kitchen.name, business.by_kitchen[kitchen.location_id]) for kitchen in business.kitchens
    ]
    rows.append((said("All {kitchens}"), business.totals))
    return Table(
        f"{format_day(business.period.first_day)} to {format_moment(business.period.until)}",
        (said("{Kitchen}"), *(said(FIGURES[key].name) for key in HEADLINE)),
        tuple(
            (name, *(format_value(row[key], FIGURES[key].unit) for key in HEADLINE))
            for name, row in rows
        ),
    )


def _definition(key: str) -> str:
    name, definition = said(FIGURES[key].name), said(FIGURES[key].definition)
    return f"{name}: {definition[0].lower()}{definition[1:]}"


def _lead(business: Business) -> str:
    totals, period = business.totals, business.period

    def told(key: str) -> str:
        return format_value(totals[key], FIGURES[key].unit)

    return (
        f"{len(business.kitchens)} {vocabulary().kitchens}, {told('orders')} orders and "
        f"{told('revenue')} of revenue in {period.days} days. Half of the orders were at the door "
        f"in {told('p50_minutes')} minutes, {told('late_share')} were late, and "
        f"{told('recommended_usd')} of refunds are recommended."
    )


def _cards(business: Business) -> list[dict[str, str]]:
    return [
        {
            "name": said(FIGURES[key].name),
            "value": format_value(business.latest[key], FIGURES[key].unit),
            "change": format_change(business.latest[key], business.before[key], FIGURES[key].unit),
        }
        for key in CARDS
    ]


def _figures(business: Business) -> list[dict[str, Any]]:
    return [
        {
            "title": said(title),
            "figures": [
                {
                    "key": figure.key,
                    "name": said(figure.name),
                    "value": format_value(business.totals[figure.key], figure.unit),
                    "unit": said(figure.unit.value),
                    "definition": said(figure.definition),
                    "table": figure.table,
                    "column": figure.column,
                }
                for figure in group
            ],
        }
        for title, group in GROUPS.items()
    ]


def _picture(panel: Spec) -> Markup:
    """Return a chart as a picture, for where scripts are off and until they have run."""
    svg = vl_convert.vegalite_to_svg(
        {**panel, "width": WIDTH, "autosize": {"type": "fit-x", "contains": "padding"}},
        vl_version=_VEGA_LITE,
        config=CONFIG,
    )
    # What is between tags is text of the business, which stays as it is.
    return Markup(  # noqa: S704  (Vega has escaped what it was given)
        _TAG.sub(lambda tag: _UNSEEN_DIGITS.sub(r"\1", _UNNEEDED.sub("", tag[0])), svg)
    )


def _policy(*scripts: str) -> str:
    """Return the policy of the page: it loads nothing, and runs these scripts and no others."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'"
    )


def _json(value: object) -> Markup:
    """Return a value as JSON that cannot end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704


def _source(environment: Environment, name: str) -> str:
    loader = environment.loader
    assert loader is not None  # noqa: S101  (it was just given one)
    return loader.get_source(environment, name)[0]
