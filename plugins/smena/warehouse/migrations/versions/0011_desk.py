"""Who may see what: roles, row-level security by organisation, and the indexes of the desk."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    run_file("0011_desk")


def downgrade() -> None:
    run_file("0011_desk.down")
