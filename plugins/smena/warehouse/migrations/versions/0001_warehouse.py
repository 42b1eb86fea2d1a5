"""The whole schema of the warehouse."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0001_warehouse"
down_revision: str | None = None


def upgrade() -> None:
    run_file(revision)
