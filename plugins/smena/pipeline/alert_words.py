"""How an alert is said in Russian: what and how much, what to do about it, by which command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from smena.integration.certificates import standing

_ZONE = ZoneInfo("Europe/Moscow")
_PRODUCTS = {"ofd": "Контур.ОФД", "market": "Контур.Маркет"}
_GAPS = {
    "no_permission": ("нет доступа к кассам", "открыть доступ к кассам в личном кабинете Контур.ОФД"),
    "no_whole_day": ("доступ к кассам не даёт ни одного целого дня", "продлить доступ в личном кабинете Контур.ОФД"),
    "not_listed": ("список касс организации недоступен", "открыть ключу доступ к организации"),
    "missing_shift": ("не хватает смен по номерам", "подождать следующей загрузки, затем спросить ОФД"),
    "open_shift": ("смена открыта дольше суток", "закрыть смену на кассе"),
    "clock_ahead": ("часы кассы спешат: документы помечены будущим днём", "проверить часы кассы и спросить ОФД"),
    "unidentified": ("в списке сервиса есть касса или точка без номера", "спросить сервис, какая это касса"),
    "refused": ("сервис отказал", "вернуть ключу доступ к кассе"),
    "unreadable": ("ответ не разобран", "посмотреть карантин"),
    "failed": ("сервис не ответил", "подождать следующей загрузки или очистить запуск"),
}
_DECISIONS = {
    "conflict": "расхождений ждут решения",
    "duplicate": "дублей ждут решения",
    "review": "смен ждут просмотра",
}
_SHIFTS = {
    "incomplete": ("смен неполны", "подождать чеков; если не пройдёт, спросить ОФД"),
    "needs_review": ("смен ждут просмотра", "посмотреть и решить"),
    "closed_period": ("смен пришли в закрытый период", "открыть период и загрузить, или оставить"),
}
_DIFFERENCES = {
    "shift_totals": "итоги смен",
    "shift_receipts": "чеки смен",
    "shift_not_told": "смены, которых источник больше не называет",
    "totals_contradict": "итоги смен, которые противоречат себе",
    "documents": "документы",
    "days": "итоги дней",
    "organization_days": "итоги дней организации",
    "orders": "ордера",
    "two_sources": "ОФД и Маркет",
    "vat": "НДС чеков и итогов смен",
    "receipts_changed": "чеки, которые оператор сообщает иначе",
    "till_changed": "чеки смен в Маркете",
    "till_not_told": "смены, которых в Маркете больше нет",
    "till_not_here": "смены Маркета, которых здесь нет",
}


_CHECKED = {
    "uncovered": "какие дни не загружены",
    "batches": "как кончились загрузки",
    "missing": "полнота",
    "gap": "пробелы",
    "difference": "сверка",
    "decision": "что ждёт решения",
    "shift": "какие смены ждут",
    "quarantine": "карантин",
    "certificate": "сертификат руководителя",
    "message": "сообщение целиком",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that is not as it should be.

    Attributes:
        kind: `uncovered`, `batches`, `missing`, `gap`, `difference`, `decision`, `shift`, `quarantine`, `certificate`,
            `unchecked`.
        line, fix, command: what a person reads, should do, and may type.
        page: of the desk, below its address, where it is done; empty where there is none.
        details: the row that it was told from.
    """

    kind: str
    count: int
    line: str
    fix: str
    command: str
    details: Mapping[str, Any]
    page: str = ""

    def text(self, desk: str = "") -> str:
        """Two lines; the second has the page where the address of the desk is known, and the command."""
        how = f"{desk}/{self.page} или {self.command}" if desk and self.page else self.command
        return f"• {self.line}\n  → {self.fix}: {how}"

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "count": self.count,
            "line": self.line,
            "fix": self.fix,
            "command": self.command,
            "details": dict(self.details),
        }


def headline(name: str, inn: str, day: date) -> str:
    """The first line: whose message, of which day. A name stays on one line whatever it holds."""
    return f"Смена {_day(day)}: {' '.join(name.split())}, ИНН {inn}"


def told(kind: str, inn: str, row: Mapping[str, Any], now: datetime) -> Alert:
    """The alert of one row of the statement `alert_…` of this kind."""
    line, fix, command = _SAID[kind](row, now)
    count = int(row.get("count", 1))
    page = f"decisions?inn={inn}" if kind == "decision" else ""
    return Alert(kind, count, line, fix, f"smena {command.format(inn=inn, **row)}", dict(row), page)


def unchecked(kind: str, inn: str, reason: str) -> Alert:
    """The alert that things of a kind, or the whole message, could not be checked, and why."""
    line = f"не проверено: {_CHECKED.get(kind, kind)} ({' '.join(reason.split())[:200]})"
    fix = "посмотреть журнал задачи `send`, сообщить разработчикам"
    return Alert("unchecked", 1, line, fix, f"smena alerts --inn {inn}", {"kind": kind, "reason": reason})


def _uncovered(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    line = f"{_PRODUCTS[row['product']]}: не загружено дней {row['count']}, первый {_day(row['first_day'])}"
    return line, "загрузить, что не загружено", _days("load --product {product}", row)


def _batches(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    parts = {"остановлено": row["stopped"], "не закончено": row["unfinished"], "окон не прочитано": row["windows"]}
    line = ", ".join(f"{name} {count}" for name, count in parts.items() if count)
    return (
        f"{_PRODUCTS[row['product']]}: загрузок с бедой {row['count']} за сутки ({line})",
        "посмотреть, почему",
        "quality --batch {batch_id}",
    )


def _missing(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    line = f"полнота: не хватает смен в {row['count']} днях касс ({_span(row)}, касс {row['registers']})"
    return line, "подождать следующей загрузки, затем сверить", _days("reconcile", row)


def _gap(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    what, fix = _GAPS.get(row["reason"], (row["reason"], "посмотреть пробелы"))
    line = f"{_PRODUCTS[row['product']]}: пробелов {row['count']}, {what} ({_span(row)}, касс {row['registers']})"
    return line, fix, "integration status --inn {inn}"


def _difference(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    what = _DIFFERENCES.get(row["kind"], row["kind"])
    amount = f"{row['amount']:,.2f}".replace(",", " ").replace(".", ",")
    line = f"сверка: разниц {row['count']}, {what}, на {amount} ₽ ({_span(row)})"
    return line, "сверить и разобрать", _days("reconcile", row)


def _decision(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    return f"{_DECISIONS.get(row['kind'], row['kind'])}: {row['count']}", "решить", "conflicts --inn {inn}"


def _shift(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    what, fix = _SHIFTS[row["outcome"]]
    return f"{what}: {row['count']} ({_span(row)})", fix, "shifts --inn {inn} --outcome {outcome}"


def _quarantine(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    reason = " ".join(str(row["commonest"]).split())[:120]
    line = f"{_PRODUCTS[row['product']]}: записей в карантине {row['count']}, чаще всего: {reason}"
    return line, "посмотреть; исправленное загрузится само", "quarantine list --inn {inn}"


def _certificate(row: Mapping[str, Any], now: datetime) -> tuple[str, str, str]:
    end = row["valid_to"].astimezone(_ZONE).date()
    verb = "кончился" if standing(row["valid_to"], now) == "ended" else "кончается"
    return (
        f"сертификат руководителя {verb} {_day(end)}",
        "зарегистрировать новый",
        "certificate add --inn {inn} head.pem",
    )


_SAID = {
    "uncovered": _uncovered,
    "batches": _batches,
    "missing": _missing,
    "gap": _gap,
    "difference": _difference,
    "decision": _decision,
    "shift": _shift,
    "quarantine": _quarantine,
    "certificate": _certificate,
}


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _span(row: Mapping[str, Any]) -> str:
    first, last = row["first_day"], row["last_day"]
    return _day(first) if first == last else f"{_day(first)}–{_day(last)}"


def _days(command: str, row: Mapping[str, Any]) -> str:
    return f"{command} --inn {{inn}} --from {row['first_day']} --to {row['last_day']}"
