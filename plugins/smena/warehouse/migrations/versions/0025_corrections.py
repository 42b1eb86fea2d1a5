"""Whether corrections wait for a person, and which staged shifts hold some."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0025"
down_revision: str | None = "0024"


def upgrade() -> None:
    run_file("0025_corrections")


def downgrade() -> None:
    run_file("0025_corrections.down")
