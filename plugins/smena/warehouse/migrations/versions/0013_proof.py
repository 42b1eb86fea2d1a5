"""What is proved complete, what the sources tell now, and what differs."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0013"
down_revision: str | None = "0012"


def upgrade() -> None:
    run_file("0013_proof")


def downgrade() -> None:
    run_file("0013_proof.down")
