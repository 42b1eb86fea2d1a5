"""What the operator's list says of a register is held against what is known of it."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0023"
down_revision: str | None = "0022"


def upgrade() -> None:
    run_file("0023_silence")


def downgrade() -> None:
    run_file("0023_silence.down")
