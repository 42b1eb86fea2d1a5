"""What a reconciliation has asked for again, and the kinds of differences that it finds by it."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0026"
down_revision: str | None = "0025"


def upgrade() -> None:
    run_file("0026_asked_again")


def downgrade() -> None:
    run_file("0026_asked_again.down")
