"""What a published build holds: its tables, their files, and how many rows are in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from pathlib import Path

INVENTORY = "publication.json"


class PublishedFile(BaseModel):
    """A Parquet file.

    Attributes
    ----------
    name
        Its name in the folder of the table.
    partition
        The day or month of its rows.
    rows
        Number of rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    partition: str
    rows: int


class Column(BaseModel):
    """A column with its type and its description."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: str
    comment: str | None = None


class TableFiles(BaseModel):
    """A published table.

    Attributes
    ----------
    table_schema, name
        Where it is.
    comment
        Its description.
    columns
        Its columns, in their order.
    partition
        The expression that gives the day of a row; ``None`` where it is one file.
    files
        Its files.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table_schema: str
    name: str
    comment: str | None
    columns: tuple[Column, ...]
    partition: str | None
    files: tuple[PublishedFile, ...]

    @property
    def full_name(self) -> str:
        """Schema and table."""
        return f"{self.table_schema}.{self.name}"

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(file.rows for file in self.files)

    def same_form(self, other: TableFiles) -> bool:
        """Whether files of the one can stand beside files of the other."""
        return self.partition == other.partition and (
            [(column.name, column.type) for column in self.columns]
            == [(column.name, column.type) for column in other.columns]
        )


class Inventory(BaseModel):
    """All that a build holds.

    Attributes
    ----------
    build
        Its number.
    token
        A text that no other build has. The warehouse knows it too, so that what was published of
        another warehouse is never taken for what was published of this one.
    tables
        Its tables.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    build: int
    token: str
    tables: tuple[TableFiles, ...]

    @property
    def rows(self) -> dict[str, int]:
        """Number of rows by ``schema.table``."""
        return {table.full_name: table.rows for table in self.tables}


def read_inventory(build: Path) -> Inventory | None:
    """Return what a build holds; ``None`` where its folder is not complete."""
    try:
        return Inventory.model_validate_json((build / INVENTORY).read_bytes())
    except (OSError, ValidationError):
        return None
