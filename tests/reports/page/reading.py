"""What a page and a business say, in a form that can be compared."""

from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from reports.page.business import Business


@dataclass
class Page(HTMLParser):
    """A page that was read.

    Attributes
    ----------
    words
        All text that is shown, in one line.
    figures
        The cells of the page of figures, by their key.
    tables
        The rows of each table, by its caption.
    tags
        Every element with its attributes.
    """

    words: str = ""
    figures: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._inside: list[str] = []
        self._figure: str | None = None
        self._caption = ""
        self._rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in {"script", "style", "caption", "th", "td"}:
            self._inside.append(tag)
        if tag in {"th", "td"}:
            self._rows[-1].append("")
            self._figure = dict(attrs).get("data-figure")
        elif tag == "tr":
            self._rows.append([])
        elif tag == "table":
            self._rows, self._caption = [], ""

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()
        if tag == "table" and self._caption:
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] in {"script", "style"}:
            return
        self.words += " " + " ".join(data.split())
        if self._inside and self._inside[-1] == "caption":
            self._caption += data
        elif self._inside:
            self._rows[-1][-1] += data
            if self._figure:
                self.figures[self._figure] = self._rows[-1][-1]


def read_page(html: str) -> Page:
    """Read a page."""
    page = Page()
    page.feed(html)
    return page


def as_plain(business: Business) -> dict[str, Any]:
    """Return all that was read of a business, without the types of an engine."""

    def plain(value: Any) -> Any:  # noqa: ANN401  # whatever a query returns
        if isinstance(value, dict):
            return {str(key): plain(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [plain(each) for each in value]
        if isinstance(value, float | Decimal):
            return f"{value:.4f}"  # sums of floats depend on their order
        return value.isoformat() if isinstance(value, date) else value

    read: dict[str, Any] = plain(asdict(business))
    return read
