"""The reference of the warehouse is what a migrated database says of itself."""

from __future__ import annotations

import re

from docs.generate.__main__ import REFERENCE, differing, warehouse_pages
from docs.generate.warehouse import SCHEMAS
from smena.warehouse.database import Warehouse
from tests.integration.warehouse.sessions import look


def test_the_pages_of_the_warehouse_are_those_of_a_migrated_database(warehouse: Warehouse) -> None:
    assert [file.name for file in differing(warehouse_pages(warehouse.dsn))] == [], "run `make docs`"


def test_every_table_and_view_has_its_columns_on_a_page(warehouse: Warehouse) -> None:
    stored = look(
        warehouse.dsn,
        "select table_schema, table_name, column_name from information_schema.columns"
        " where table_schema = any(%s) and table_name !~ '^page_[0-9]{4}_[0-9]{2}$'",
        [*SCHEMAS],
    )
    written = set()
    for schema in SCHEMAS:
        text = (REFERENCE / "warehouse" / f"{schema}.md").read_text(encoding="utf-8")
        for section in text.split("\n## ")[1:]:
            (relation,) = re.findall(r"^`(\w+)`", section)
            written |= {(schema, relation, column) for column in re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)}
    assert len(written) > 500
    assert written == set(stored)


def test_every_table_and_view_says_what_a_row_is(warehouse: Warehouse) -> None:
    silent = look(
        warehouse.dsn,
        "select oid::regclass::text from pg_class where relnamespace::regnamespace::text = any(%s)"
        " and relkind in ('r', 'p', 'v') and not relispartition and obj_description(oid) is null order by 1",
        [*SCHEMAS],
    )
    assert [name for (name,) in silent] == []
