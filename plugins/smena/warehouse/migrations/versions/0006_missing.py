"""Which days can be asked for, and which are proved."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    run_file("0006_missing")


def downgrade() -> None:
    run_file("0006_missing.down")
