"""The basis of a cash order: the document behind it, as printed on КО-1 and КО-2."""

from __future__ import annotations

import pandas as pd


def basis_of_shifts(shifts: pd.DataFrame) -> pd.Series:
    """Return the basis of each fiscal shift (same index): its z-report, or its receipts where no z-report closed it.

    Reads `shift_number`, `closed_at`, `kkt_reg_id`, `fiscal_drive_number`, `fiscal_document_number`, `has_corrections`.
    Example: `Отчёт о закрытии смены № 7 от 03.02.2026, РНМ 0000000003065868, ФН 9999078900000011, ФД 1234`.
    """
    number = shifts["shift_number"].astype("string")
    register = ", РНМ " + shifts["kkt_reg_id"] + ", ФН " + shifts["fiscal_drive_number"]
    corrections = pd.Series(", с чеками коррекции", index=shifts.index, dtype="string").where(
        shifts["has_corrections"].astype(bool), ""
    )
    closed = (
        "Отчёт о закрытии смены № "
        + number
        + " от "
        + _formatted(shifts["closed_at"].dt.normalize(), "%d.%m.%Y")
        + register
        + ", ФД "
        + shifts["fiscal_document_number"].astype("string")
        + corrections
    )
    unclosed = shifts["fiscal_document_number"].isna()
    if not unclosed.any():
        return closed
    last = _formatted(shifts["closed_at"], "%d.%m.%Y %H:%M")
    without_report = (
        "Чеки смены № " + number + " без отчёта о закрытии (ФН заменён), последний документ " + last + register
    )
    return closed.mask(unclosed, without_report)


def basis_of_till_shifts(shifts: pd.DataFrame) -> pd.Series:
    """Return the basis of each till shift of Kontur.Market (same index): its cheques, from the first to the last.

    Reads `opened_at`, `closed_at` and `cashbox_id`.
    """
    opened, closed = (_formatted(shifts[name], "%d.%m.%Y %H:%M") for name in ("opened_at", "closed_at"))
    return "Чеки Контур.Маркета за смену " + opened + " – " + closed + ", касса " + shifts["cashbox_id"]


def _formatted(moments: pd.Series, pattern: str) -> pd.Series:
    """Moments as text. Each distinct one is formatted once: a batch has few days and many shifts."""
    codes, different = pd.factorize(moments)
    text = pd.Series(pd.DatetimeIndex(different).strftime(pattern), dtype="string")
    return pd.Series(text.array.take(codes, allow_fill=True), index=moments.index, dtype="string")
