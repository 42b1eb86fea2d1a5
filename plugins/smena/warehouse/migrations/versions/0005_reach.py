"""Which days can be asked for, and which are proved."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    run_file("0005_reach")


def downgrade() -> None:
    run_file("0005_reach.down")
