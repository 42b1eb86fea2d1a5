"""Certificates, mandates and bans, and the intervals in which an integration was on."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    run_file("0007_mandates")


def downgrade() -> None:
    run_file("0007_mandates.down")
