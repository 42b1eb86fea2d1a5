"""Open decisions as questions to a person, and the person's answers: what a task that waits for a person asks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, TypedDict

from smena.decisions.conflicts import ResolvedAlready, open_decisions, resolve
from smena.model.errors import WrongUse
from smena.model.window import MARKET, OFD
from smena.warehouse.database import Row, Warehouse

logger = logging.getLogger("smena")

MOST_QUESTIONS = 100
"""The oldest are asked first; the next run asks the rest."""

LATER = "later"
"""The answer that leaves a decision open; also the answer of a person who gave none in time."""

_KINDS = {"conflict": "Расхождение с источником", "review": "Смена требует проверки"}
_WORDS = {
    "keep-ofd": "оставить принятое из ОФД",
    "keep-market": "оставить принятое из Маркета",
    "both": "оставить оба",
    "reverse": "сторнировать и провести заново то, что говорит источник",
    "approve": "провести по суммам смены",
    "reject": "не проводить",
    LATER: "решить позже",
}
_BETWEEN_SOURCES = {
    "keep-ofd": "это одна смена: провести её по ОФД, по Маркету не проводить",
    "keep-market": "это одна смена: провести её по Маркету, по ОФД сторнировать",
    "both": "это две разные смены: провести обе",
}
_OF_DOCUMENT = {
    "keep-market": "оставить документ, каким его приняли",
    "reverse": "взять то, что Маркет говорит теперь; документ снова станет новым",
}
_NAMES = {
    "cash_income": "приход наличными",
    "cash_refund": "возврат прихода наличными",
    "cash_payout": "расход наличными",
    "cash_payout_refund": "возврат расхода наличными",
    "cashless_income": "приход безналичными",
    "cashless_refund": "возврат прихода безналичными",
    "receipts": "чеков",
}


class Question(TypedDict):
    """One open decision, in words for an accountant; `options` are the words that resolve it, and `later`."""

    decision_id: int
    subject: str
    body: str
    options: list[str]


def questions(warehouse: Warehouse, limit: int = MOST_QUESTIONS) -> list[Question]:
    """The oldest open decisions, no more than `limit`."""
    rows = sorted(open_decisions(warehouse), key=lambda row: row["decision_id"])
    return [_question(row) for row in rows[:limit]]


def settle(warehouse: Warehouse, decision_id: int, answer: Mapping[str, Any]) -> str:
    """Does what a person answered, in the person's name, and says what was done.

    Args:
        answer: `chosen_options` (one word), `params_input` with the `reason`, `responded_by_user` with its `name`.

    A decision that was resolved elsewhere meanwhile is told, and left as it is. Raises WrongUse where the reason is
    missing or the word does not fit: the decision stays open, and is asked again.
    """
    (word,) = answer["chosen_options"]
    user = answer.get("responded_by_user") or {}
    by, reason = user.get("name") or user.get("id") or "", (answer.get("params_input") or {}).get("reason") or ""
    if word == LATER:
        done = f"decision {decision_id} stays open"
    elif not by:
        raise WrongUse(f"nobody is told to have answered for decision {decision_id}")
    else:
        done = _resolved(warehouse, decision_id, word, by, reason)
    logger.info("settle decision_id=%d word=%s by=%s: %s", decision_id, word, by or "nobody", done)
    return done


def _resolved(warehouse: Warehouse, decision_id: int, word: str, by: str, reason: str) -> str:
    try:
        with warehouse.transaction() as transaction:
            resolved = resolve(transaction, decision_id, word, by=by, reason=reason)
    except ResolvedAlready as already:
        return already.message
    return f"decision {decision_id}: {word}, {len(resolved.reversed)} orders reversed, {len(resolved.issued)} issued"


def _question(row: Row) -> Question:
    options = [*row["choices"], LATER]
    named = _OF_DOCUMENT if row["document_id"] is not None else _BETWEEN_SOURCES if row["rival_id"] is not None else {}
    words = _WORDS | named
    subject, what = _about(row)
    parts = [
        f"**{_KINDS.get(row['kind'], row['kind'])}**, ИНН {row['organization_inn']}, ждёт с {row['since']:%d.%m.%Y}.",
        f"{what} {row['reason']}",
        "\n".join(_two_sides(row) if row["kept"] else _one_side(row)),
        "\n".join(f"* `{word}`: {words.get(word, word)}" for word in options),
        f"Страницы `raw.page`: {', '.join(map(str, row['evidence']))}.",
    ]
    return {
        "decision_id": row["decision_id"],
        "subject": _plain(f"Решение № {row['decision_id']}: {subject}"),
        "body": _plain("\n\n".join(parts)),
        "options": options,
    }


def _about(row: Row) -> tuple[str, str]:
    """What a decision is about: in a few words, and in a sentence."""
    if row["document_id"] is not None:
        kept = row["kept"]
        return (
            f"документ № {kept['number']} от {kept['date']}",
            f"Документ Маркета {kept['kind']} № {kept['number']} от {kept['date']}.",
        )
    closed = f"{row['closed_at']:%d.%m.%Y %H:%M}"
    if row["source"] == MARKET:
        what = f"Смена кассы Маркета {row['cashbox_id']}, магазин {row['shop_id']}, последний чек {closed}."
    else:
        what = f"РНМ {row['kkt_reg_id']}, ФН {row['fiscal_drive_number']}, смена закрыта {closed}."
    if row["rival_id"] is not None:
        other = f"смена {row['rival_shift_number'] or ''} от {row['rival_closed_at']:%d.%m.%Y %H:%M}"
        what += f" Против неё: {'ОФД' if row['rival_source'] == OFD else 'Маркет'}, {other}."
    return f"смена {row['shift_number'] or 'Маркета'} от {closed}", what


def _two_sides(row: Row) -> list[str]:
    lines = ["| | проведено | теперь говорит источник | разница |", "| --- | ---: | ---: | ---: |"]
    for name, (kept, held) in row["difference"].items():
        cells = (_NAMES.get(name, name), _cell(kept), _cell(held), _cell(_less(held, kept)))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _one_side(row: Row) -> list[str]:
    told = [f"| {_NAMES.get(name, name)} | {_cell(value)} |" for name, value in row["held"].items()]
    return ["| | |", "| --- | ---: |", *told]


def _plain(text: str) -> str:
    """Without what Airflow would read as a template."""
    return text.replace("{", "(").replace("}", ")")


def _less(one: Any, other: Any) -> Any:
    try:
        return one - other
    except TypeError:
        return None


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
