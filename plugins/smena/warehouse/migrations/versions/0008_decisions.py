"""What people decide: closed periods, accepted documents, conflicts; and which shifts came late."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    run_file("0008_decisions")


def downgrade() -> None:
    run_file("0008_decisions.down")
