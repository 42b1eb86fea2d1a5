"""${message}"""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    run_file(revision)
