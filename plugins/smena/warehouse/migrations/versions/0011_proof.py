"""What is proved complete, what the sources tell now, and what differs."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    run_file("0011_proof")


def downgrade() -> None:
    run_file("0011_proof.down")
