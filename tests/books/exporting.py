"""The books of a warehouse as sorted CSV files, without what differs from run to run: ids of rows, batches, moments.

The queries must run on the warehouse of any version that is compared, so a column that was renamed is looked for under
each of its names, and a column that a version does not have is exported as `n/a`.
"""

# ruff: noqa: S608 - the names of tables and columns in the queries are ours
from __future__ import annotations

import csv
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2's own name is lower case

ABSENT = "n/a"


class Columns:
    """The columns of a warehouse, by table."""

    def __init__(self, connection: Connection) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select table_schema || '.' || table_name, column_name from information_schema.columns")
            self._known = set(cursor.fetchall())

    def table(self, *names: str) -> str:
        """The first of these tables that exists. Raises LookupError."""
        for name in names:
            if any(table == name for table, _ in self._known):
                return name
        raise LookupError(f"none of the tables {', '.join(names)} exists")

    def pick(self, alias: str, table: str, *names: str) -> str:
        """SQL for the first of these columns that the table has, as text; the literal `n/a` where it has none."""
        for name in names:
            if (table, name) in self._known:
                return f"{alias}.{name}::text"
        return f"'{ABSENT}'"

    def select(self, alias: str, table: str, names: str) -> str:
        """A list of columns for `select`. A word of `names` is `column` or `column=other_name=another_name`."""
        words = (word.split("=") for word in names.split())
        return ", ".join(f"{self.pick(alias, table, *word)} as {word[0]}" for word in words)


def shift_key(alias: str) -> str:
    """SQL for the natural key of a shift: the fiscal drive and number, or the cashbox and the till's shift."""
    return (
        f"coalesce({alias}.organization_inn || '/ofd/' || {alias}.fiscal_drive_number || '/' || {alias}.shift_number,"
        f" {alias}.organization_inn || '/market/' || {alias}.cashbox_id || '/' || {alias}.till_shift)"
    )


def queries(columns: Columns) -> dict[str, str]:
    """A query for each file of the books."""
    shift, order, decision = "accounting.shift", "accounting.cash_order", "control.decision"
    link, document, line = "control.register_link", "accounting.market_document", "accounting.market_document_line"
    gap, page, covered = "control.gap", "raw.page", columns.table("control.covered")
    counterpart = columns.pick("d", decision, "rival_id", "counterpart_id", "competing_id", "competing_shift_id")
    of_decision = f"""
        from {decision} as d
        left join {shift} as s on d.shift_id = s.shift_id
        left join {shift} as c on c.shift_id::text = {counterpart}
        left join {document} as m on d.document_id = m.document_id"""
    decision_key = f"""
        coalesce({shift_key("s")}, m.organization_inn || '/' || m.kind || '/' || m.shop_id || '/' || m.date) as shift,
        d.kind, coalesce({shift_key("c")}, {counterpart}) as counterpart, d.state,
        {columns.select("d", decision, "resolution")}"""
    document_key = columns.select(
        "m", document, "organization_inn kind shop_id date supplier_id paper_number paper_date number"
    )
    unit = columns.pick("u", gap, "unit_id", "kkt_reg_id")
    return {
        "shifts": f"""
            select {shift_key("s")} as shift, {columns.select("s", shift, _SHIFT)}, {shift_key("o")} as same_as
            from {shift} as s left join {shift} as o on s.same_as = o.shift_id""",
        "orders": f"""
            select {shift_key("s")} as shift, {columns.select("o", order, _ORDER)}
            from {order} as o inner join {shift} as s on o.shift_id = s.shift_id""",
        "decisions": f"select {decision_key} {of_decision}",
        "links": f"""
            select {columns.select("l", link, "organization_inn cashbox_id kkt_reg_id=unit_id days state decided_by")}
            from {link} as l""",
        "covered_days": "select organization_inn, product, day::text from control.covered_day",
        "coverage": f"""
            select u.organization_inn, u.product, {columns.pick("u", covered, "unit_id", "kkt_reg_id")} as unit,
            day.one::text as days
            from {covered} as u cross join lateral unnest(u.days) as day (one)""",
        "gaps": f"""
            select u.organization_inn, u.product, {unit} as unit, u.days::text,
            {columns.select("u", gap, "reason=reason_code")}
            from {gap} as u""",
        "market_documents": f"select {document_key}, {columns.select('m', document, _DOCUMENT)} from {document} as m",
        "market_lines": f"""
            select {document_key}, {columns.select("l", line, _LINE)}
            from {line} as l inner join {document} as m on l.document_id = m.document_id""",
        "quarantine": f"""
            select q.organization_inn, q.product,
            {columns.select("q", "control.quarantine", "kind step day state digest")}
            from control.quarantine as q""",
        "reasons": f"""
            select 'shift' as of, {shift_key("s")} as key, {columns.pick("s", shift, "reason", "reason_code")} as reason
            from {shift} as s
            union all
            select 'decision', concat_ws(' ', {shift_key("s")}, d.kind, {shift_key("c")}, d.state),
            {columns.pick("d", decision, "reason", "reason_code")} {of_decision}
            union all
            select 'link', concat_ws(' ', l.organization_inn, l.cashbox_id, l.days, l.state),
            {columns.pick("l", link, "reason", "reason_code")} from {link} as l""",
        "pages": f"""
            select {columns.pick("p", page, "unit_id", "kkt_reg_id")} as unit, p.method,
            regexp_replace(p.address, '^https?://[^/]*', '') as address, p.status::text,
            encode(p.sha256, 'hex') as sha256, count(*)::text as times
            from {page} as p group by 1, 2, 3, 4, 5""",
    }


_SHIFT = """
    kkt_reg_id=unit_id source outcome order_date kpp cash_income cash_refund cash_payout cash_payout_refund
    cashless_income cashless_refund price_correction receipts documents_quantity fiscal_document_number fiscal_sign
    opened_at closed_at detail shop_id
"""
_ORDER = """
    kind operation taxation agent issue number date book_year kpp amount vat vat_by_rate debit_account credit_account
    counterparty basis status source
"""
_DOCUMENT = "counterparty counterparty_inn kpp amount source sources waybill_ids status"
_LINE = "line payment_type product_id product_code quantity price income refund amount tax_system vat_rate vat"

KEYS: Mapping[str, tuple[str, ...]] = {
    "shifts": ("shift",),
    "orders": ("shift", "operation", "taxation", "agent", "issue"),
    "decisions": ("shift", "kind", "counterpart", "state", "resolution"),
    "links": ("organization_inn", "cashbox_id", "kkt_reg_id", "days"),
    "covered_days": ("organization_inn", "product", "day"),
    "coverage": ("organization_inn", "product", "unit", "days"),
    "gaps": ("organization_inn", "product", "unit", "days", "reason"),
    "market_documents": ("organization_inn", "kind", "shop_id", "date", "supplier_id", "paper_number", "number"),
    "market_lines": ("organization_inn", "kind", "shop_id", "date", "supplier_id", "paper_number", "number", "line"),
    "quarantine": ("organization_inn", "product", "kind", "step", "day", "digest"),
    "reasons": ("of", "key"),
    "pages": ("unit", "method", "address", "status"),
}
"""The key of each file's rows; the other columns are compared. Rows of one key are compared in their order."""


def export(dsn: str, folder: Path) -> dict[str, int]:
    """Write the books to `folder`, one file per table; return the number of rows of each."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    with closing(psycopg2.connect(dsn)) as connection:
        for name, query in queries(Columns(connection)).items():
            file = folder / f"{name}.csv"
            with connection.cursor() as cursor, file.open("wb") as out:
                # The collation "C" sorts by bytes: the same on every machine.
                cursor.copy_expert(
                    f'copy (select * from ({query}) as t order by t::text collate "C") to stdout (format csv, header)',
                    out,
                )
                rows[name] = cursor.rowcount
    return rows


def write_row(file: Path, row: Mapping[str, object]) -> None:
    """A CSV file of one row."""
    with file.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(row)
        writer.writerow(row.values())
