"""What no code may do to the accounting."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    run_file("0003_guards")


def downgrade() -> None:
    run_file("0003_guards.down")
