"""Ranges of days whichever way round, and gaps of an organisation that cannot be listed."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0024"
down_revision: str | None = "0023"


def upgrade() -> None:
    run_file("0024_borders")


def downgrade() -> None:
    run_file("0024_borders.down")
