"""Till shifts of Kontur.Market, and which shift of the OFD each is."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    run_file("0010_market")


def downgrade() -> None:
    run_file("0010_market.down")
