"""Publish the tables of a business in a test, and compare what readers get with the warehouse."""

import glob
from itertools import permutations
from pathlib import Path

import duckdb

from flows.publication.inventory import Inventory, read_inventory
from flows.publication.parquet import quote
from flows.publication.publish import Publication, publish
from flows.publication.tables import PublishedTable
from tests.support.business import WAREHOUSE, Business, DbtWorker


def declared_tables(worker: DbtWorker) -> tuple[PublishedTable, ...]:
    """Return the published tables of the project, by the manifest that dbt has in memory."""
    answer = worker.ask({"module": "tests.support.published_tables_worker"})
    return tuple(PublishedTable(*fields) for fields in answer["tables"])


def published_of(business: Business) -> Path:
    """Return the link that readers of a business follow."""
    return business.data / "published"


def publish_business(
    business: Business, tables: tuple[PublishedTable, ...] | None = None
) -> Publication:
    """Publish what a business has built."""
    tables = tables or declared_tables(business.worker)
    with duckdb.connect(str(business.data / WAREHOUSE)) as connection:
        return publish(connection, tables, published_of(business))


def assert_published_equals(business: Business) -> None:
    """Check that readers get every published table, row by row and type by type, in both forms."""
    differences = published_differences(business.data / WAREHOUSE, published_of(business))
    assert differences == {}


def published_differences(warehouse: Path, published: Path) -> dict[str, str]:
    """Return how published tables differ from those of a warehouse, by ``schema.table``."""
    inventory = current_inventory(published)
    found = {}
    build = published.resolve()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"ATTACH {quote(build / 'caspers.duckdb')} AS published (READ_ONLY)")
        for table in inventory.tables:
            name = f'"{table.table_schema}"."{table.name}"'
            folder = build / "parquet" / table.table_schema / table.name
            files = quote(f"{glob.escape(str(folder))}/*.parquet")
            sides = (
                f"(FROM {name})",
                f"(FROM published.{name})",
                f"(FROM read_parquet({files}, hive_partitioning = false))",
            )
            forms = [
                connection.execute(
                    f"SELECT column_name, column_type FROM (DESCRIBE {side})"
                ).fetchall()
                for side in sides
            ]
            # Parquet has no HUGEINT: there the file itself holds decimals.
            if forms[0] != forms[1] or [name for name, _ in forms[0]] != [n for n, _ in forms[2]]:
                found[table.full_name] = f"columns {forms}"
                continue
            rows = [
                connection.execute(
                    f"SELECT count(*) FROM (FROM {one} EXCEPT ALL FROM {other})"
                ).fetchall()[0][0]
                for one, other in permutations(sides[:2], 2)
            ]
            counted = connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
            if any(rows) or counted != table.rows:
                found[table.full_name] = f"rows {rows}, {counted} counted, {table.rows} listed"
    return found


def current_inventory(published: Path) -> Inventory:
    """Return what is published."""
    inventory = read_inventory(published)
    assert inventory is not None
    return inventory


def parquet_inodes(published: Path) -> dict[str, int]:
    """Return the inode of each published Parquet file, by its path in the build."""
    build = published.resolve()
    return {str(file.relative_to(build)): file.stat().st_ino for file in build.rglob("*.parquet")}
