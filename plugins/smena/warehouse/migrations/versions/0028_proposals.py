"""Orders that a shift proposes are stored with it."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0028"
down_revision: str | None = "0027"


def upgrade() -> None:
    run_file("0028_proposals")


def downgrade() -> None:
    run_file("0028_proposals.down")
