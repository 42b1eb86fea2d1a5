"""What the DAG `housekeeping` archives: closed months that ended three months ago, where an archive is set."""

from __future__ import annotations

import logging
from datetime import timedelta

from smena.runtime.context import Context
from smena.runtime.log import step_log
from smena.warehouse.archiving import ARCHIVED, OPEN, Month, archive

EVIDENCE_KEPT = timedelta(days=92)
"""What is read most stays in the database: days that are reconciled again, and the quarter that is being reported."""

logger = logging.getLogger("smena")


def archive_old_evidence(context: Context, to: str, *, by: str) -> list[Month]:
    """Archive each closed month that ended `EVIDENCE_KEPT` ago; nothing where `to` is empty. Raises as `archive` does.

    A month that is not closed stays, with a line in the log that says for whom.
    """
    if not to:
        logger.info("archive: SMENA_ARCHIVE is not set, so no month is moved")
        return []
    with step_log("archive") as step:
        months = archive(context.warehouse, to, context.now().date() - EVIDENCE_KEPT, by=by)
        for month in months:
            if month.state == OPEN:
                logger.warning("archive: %s stays: %s", f"{month.month:%Y-%m}", "; ".join(month.as_dict()["kept_by"]))
        step["months"] = len(months)
        step["archived"] = sum(month.state == ARCHIVED for month in months)
        return months
