"""Answers that came in the same bytes when they were asked for twice."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0020"
down_revision: str | None = "0019"


def upgrade() -> None:
    run_file("0020_told_again")


def downgrade() -> None:
    run_file("0020_told_again.down")
