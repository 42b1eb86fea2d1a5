"""Shifts without a closing report, whose drive was replaced."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0022"
down_revision: str | None = "0021"


def upgrade() -> None:
    run_file("0022_unclosed")


def downgrade() -> None:
    run_file("0022_unclosed.down")
