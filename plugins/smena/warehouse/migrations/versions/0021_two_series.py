"""ПКО and РКО are numbered in two series."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0021"
down_revision: str | None = "0019"


def upgrade() -> None:
    run_file("0021_two_series")


def downgrade() -> None:
    run_file("0021_two_series.down")
