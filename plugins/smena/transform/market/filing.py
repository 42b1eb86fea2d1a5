"""Makes documents of Market's sums and waybills: a head with numbered lines each (DOMAIN 4)."""

from __future__ import annotations

import pandas as pd

from smena.transform.market.frames import CHEQUE_KEY, DOCUMENT_LINES, DOCUMENTS, WAYBILL_KEY
from smena.transform.market.waybills import Waybills

_DAY = ["shop_id", "day"]
_CASHLESS, _SOLD, _WAYBILL = "cashless_report", "sales_report", "waybill"


def file_cashless(cashless: pd.DataFrame, cheques: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Безналичная выручка: a document (DOCUMENTS) per shop and day, a line (DOCUMENT_LINES) per type of payment."""
    lines = cashless.rename(columns={"type": "payment_type"})
    lines = lines.assign(amount=lines["income"] - lines["refund"])
    return _of_days(lines, cheques, _CASHLESS, "Безналичная выручка")


def file_sold(sold: pd.DataFrame, cheques: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Отчёт о проданных товарах: a document per shop and day, a line per product, tax system and rate of VAT."""
    return _of_days(sold, cheques, _SOLD, "Розничные покупатели")


def file_waybills(reported: Waybills, contractors: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Накладные: a document per waybill, with its supplier.

    Args:
        contractors: `id`, `inn`, `name`, one row each.
    """
    heads = reported.waybills.merge(
        contractors[["id", "inn", "name"]], how="left", left_on="supplier_id", right_on="id", validate="many_to_one"
    )
    same = reported.repeated[["shop_id", "same_as", "waybill_id", "source"]].groupby(
        ["shop_id", "same_as"], as_index=False
    )
    others = heads[WAYBILL_KEY].merge(
        same.agg(list).rename(columns={"waybill_id": "ids", "same_as": "waybill_id"}), how="left", on=WAYBILL_KEY
    )
    heads = heads.assign(
        kind=_WAYBILL,
        key=heads["waybill_id"],
        day=heads["received_day"],
        number=heads["number"].mask(heads["number"] == "", "б/н"),
        counterparty=heads["name"].fillna("").mask(lambda name: name == "", "Поставщик не указан"),
        counterparty_inn=heads["inn"].fillna(""),
        paper_number=heads["number"],
        paper_day=heads["document_day"],
        waybill_ids=_array(heads["waybill_id"], others["ids"]),
        sources=_array(heads["source"], others["source"]),
        evidence="{" + heads["page_id"].astype("string") + "}",
    )
    lines = reported.lines.assign(kind=_WAYBILL, key=reported.lines["waybill_id"], payment_type="", product_code="")
    # A position has neither: the page shows what the card of the product says.
    lines = lines.assign(income=None, refund=None, tax_system="", vat_rate="", vat=None)
    return DOCUMENTS.conform(heads), DOCUMENT_LINES.conform(lines)


def _of_days(
    lines: pd.DataFrame, cheques: pd.DataFrame, kind: str, counterparty: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    day = lines["day"].dt.strftime("%Y-%m-%d").astype("string")
    lines = lines.assign(kind=kind, key=lines["shop_id"] + "|" + day)
    lines["line"] = lines.groupby("key").cumcount() + 1
    heads = lines.groupby([*_DAY, "key"], as_index=False)["amount"].sum()
    pages = cheques[[*CHEQUE_KEY[:1], "page_id"]].assign(day=cheques["closed_at"].dt.normalize()).drop_duplicates()
    waybills_of_pages = pages.sort_values([*_DAY, "page_id"]).assign(page_id=pages["page_id"].astype("string"))
    evidence = (
        waybills_of_pages.rename(columns={"page_id": "pages"})
        .groupby(_DAY, as_index=False)
        .agg(pages=("pages", ",".join))
    )
    heads = heads.merge(evidence, how="left", on=_DAY)
    heads = heads.assign(
        kind=kind,
        number=heads["day"].dt.strftime("%Y%m%d").astype("string") + "-" + heads["shop_id"].str[:8],
        counterparty=counterparty,
        counterparty_inn="",
        supplier_id="",
        paper_number="",
        paper_day=pd.NaT,
        waybill_ids="{}",
        sources="{}",
        evidence="{" + heads["pages"].fillna("") + "}",
    )
    absent: dict[str, str | None] = {
        name: ""
        for name in ("payment_type", "product_id", "product_code", "tax_system", "vat_rate")
        if name not in lines
    }
    absent |= {name: None for name in ("quantity", "price", "income", "refund", "vat") if name not in lines}
    return DOCUMENTS.conform(heads), DOCUMENT_LINES.conform(lines.assign(**absent))


def _array(own: pd.Series, others: pd.Series) -> list[str]:
    """PostgreSQL arrays of a waybill's own value, followed by those of its duplicates."""
    lists = others.to_numpy(dtype=object)
    return [
        "{"
        + ",".join(f'"{_quoted(name)}"' for name in [first, *(more if pd.api.types.is_list_like(more) else [])])
        + "}"
        for first, more in zip(own, lists, strict=True)
    ]


def _quoted(name: object) -> str:
    return str(name).replace("\\", "\\\\").replace('"', '\\"')
