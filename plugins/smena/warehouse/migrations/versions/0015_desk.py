"""Who may see what: roles, row-level security by organisation, and the indexes of the desk."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0015"
down_revision: str | None = "0014"


def upgrade() -> None:
    run_file("0015_desk")


def downgrade() -> None:
    run_file("0015_desk.down")
