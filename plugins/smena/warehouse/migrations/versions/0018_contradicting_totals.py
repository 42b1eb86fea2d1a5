"""Totals by shift that contradict themselves: by how much, and a kind of difference."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0018"
down_revision: str | None = "0017"


def upgrade() -> None:
    run_file("0018_contradicting_totals")


def downgrade() -> None:
    run_file("0018_contradicting_totals.down")
