"""An index by rival on decisions, for the lineage of a shift."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0019"
down_revision: str | None = "0018"


def upgrade() -> None:
    run_file("0019_rivals")


def downgrade() -> None:
    run_file("0019_rivals.down")
