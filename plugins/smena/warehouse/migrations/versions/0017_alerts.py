"""What was told to people, so that it is told once."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0017"
down_revision: str | None = "0016"


def upgrade() -> None:
    run_file("0017_alerts")


def downgrade() -> None:
    run_file("0017_alerts.down")
