"""An index by organisation and day on verdicts, for the calendar of the desk."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0016"
down_revision: str | None = "0015"


def upgrade() -> None:
    run_file("0016_completeness_of_day")


def downgrade() -> None:
    run_file("0016_completeness_of_day.down")
