"""Whatever a rule writes into the warehouse as a reason is a code with arguments, and can be shown in any language."""

from __future__ import annotations

from smena.messages import LANGUAGES, translate
from smena.model.errors import PassingFault, WrongUse
from smena.model.reason_text import NotAReason
from smena.warehouse.database import Warehouse

WRITTEN_BY_RULES = """
select 'accounting.shift' as place, reason as text from accounting.shift
union select 'accounting.cash_order', status_reason from accounting.cash_order where status_by = 'rule'
union select 'control.shard', reason from control.shard
union select 'control.assignment', error from control.assignment
union select 'control.gap', reason from control.gap
union select 'control.gap.details', details from control.gap
union select 'control.quarantine', reason from control.quarantine
union select 'control.quarantine.resolution', resolution_reason from control.quarantine where resolved_by = 'rule'
union select 'control.batch.summary', summary ->> 'stopped' from control.batch
union select 'control.batch.summary', summary ->> 'failed_after' from control.batch
union select 'control.register_link', reason from control.register_link where decided_by = 'rule'
union select 'control.decision', reason from control.decision
union select 'control.decision.recommendation', recommendation ->> 'reason' from control.decision
union select 'control.decision.resolution', resolution_reason from control.decision where resolved_by = 'rule'
union select 'control.comparison', explanation from control.comparison
union select 'control.completeness', reason from control.completeness
union select 'control.completeness.missing', unnest(missing) from control.completeness
union select 'control.product_list', failure from control.product_list
union select 'control.product_list.broken', jsonb_path_query(broken, '$[*].reason') #>> '{}' from control.product_list
union select 'control.difference', cause from control.difference
union select 'stage.shift', reason from stage.shift
union select 'stage.till_shift', reason from stage.till_shift
union select 'stage.reject', reason from stage.reject
"""


def check_reasons(warehouse: Warehouse) -> None:
    """Raises AssertionError for a reason that is no code, or whose arguments cannot be shown.

    A warehouse that a test has dropped, or made unusable on purpose, is not looked at.
    """
    try:
        with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
            cursor.execute(WRITTEN_BY_RULES)
            found = cursor.fetchall()
    except (WrongUse, PassingFault):
        return
    wrong = []
    for place, text in found:
        try:
            for language in LANGUAGES:
                translate(text, language)
        except (NotAReason, LookupError, ValueError, TypeError):
            wrong.append((place, text))
    assert not wrong
