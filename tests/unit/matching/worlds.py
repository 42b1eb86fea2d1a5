"""Random worlds: shops whose shifts two sources report, late, in parts, corrected or never; and what was true.

A world is a few registers and cashboxes for some days. Worlds are disjoint: none has a register, a cashbox or a shift
of another, so that many of them make one organisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import pandas as pd

from smena.matching.changes import PROPOSED_ORDERS
from smena.matching.frames import COVERED, LINKS, REGISTERS
from smena.matching.slices import COMPARISONS, REPORTED, REPORTED_TILLS, Setting, Slice, facts_of
from smena.transform.frames import MONEY
from smena.transform.schema import TEXT, Schema
from tests.unit.matching.books_in_memory import Batch

BEGINNING = pd.Timestamp(2026, 2, 1)
DAYS = 6
"""A world has so many days; its first two lie before the start in some."""
LOADS = 6
NEVER = LOADS
APART = 40
"""Worlds without links lie so many days apart: a till shift could be a shift of any register of that time."""

Row = dict[str, Any]


@dataclass
class Version:
    """What a source reports of a shift from a load on."""

    load: int
    row: Row
    orders: list[Row]


@dataclass
class World:
    """Versions of each shift, in order of their loads; which shifts are one true shift; and what is known beside."""

    number: int
    versions: dict[str, list[Version]]
    truth: dict[str, str]
    links: list[Row]
    registers: list[Row]
    comparisons: list[tuple[Version, Version]]
    """Versions of a till shift and of its fiscal shift whose difference receipts explain."""

    def reported(self, product: str, load: int) -> list[Version]:
        """What a product reports at a load: the newest version of each shift that it has by then."""
        newest = [[one for one in versions if one.load <= load] for versions in self.versions.values()]
        source = "fiscal" if product == "ofd" else "till"
        return [some[-1] for some in newest if some and some[-1].row["shift_id"].startswith(source)]


def make_world(number: int, *, is_linked: bool) -> World:
    """The world of a number; the same number is the same world."""
    random = Random(number if is_linked else -number - 1)  # noqa: S311 - the same world each time
    world = World(number, {}, {}, [], [], [])
    begins = BEGINNING if is_linked else BEGINNING + pd.Timedelta(days=APART * number)
    for register in range(random.choice([1, 1, 2]) if is_linked else random.choice([1, 2, 3])):
        name = f"{number}-{register}"
        has_ofd, has_till = random.random() < 0.93, random.random() < 0.93
        if has_ofd:
            last = begins + pd.Timedelta(days=DAYS + 3)
            world.registers.append(
                {"kkt_reg_id": f"kkt-{name}", "permission_from": begins, "permission_to": last, "is_wanted": True}
            )
        if is_linked or random.random() < 0.1:
            world.links.append(_link(name, has_ofd=has_ofd))
        for day in range(DAYS):
            if random.random() < 0.9:
                _add_day(world, random, name, begins + pd.Timedelta(days=day), has_ofd=has_ofd, has_till=has_till)
    return world


def _link(name: str, *, has_ofd: bool) -> Row:
    return {
        "cashbox_id": f"cashbox-{name}", "kkt_reg_id": f"kkt-{name}" if has_ofd else None, "first_day": None,
        "end_day": None, "state": "in_force", "withdrawn_by": None,
    }  # fmt: skip


def _add_day(world: World, random: Random, name: str, day: pd.Timestamp, *, has_ofd: bool, has_till: bool) -> None:
    """One or two shifts of a register, with the till shifts that they are."""
    for part in range(random.choice([1, 1, 1, 2])):
        opened = day + pd.Timedelta(hours=8 + 7 * part, minutes=random.randrange(5))
        # The second one may close after midnight.
        closed = opened + pd.Timedelta(hours=random.choice([5, 6, 12]) if part else 6)
        true = f"{name}-{day:%j}-{part}"
        sums = _sums(random)
        if has_ofd and random.random() < 0.95:
            _add_fiscal(world, random, true, f"kkt-{name}", opened, closed, sums)
        if has_till and random.random() < 0.95:
            _add_till(world, random, true, f"cashbox-{name}", opened, closed, sums)
        _compare(world, random, true)


def _sums(random: Random) -> Row:
    income = random.choice([0, 10000, *(random.randrange(1, 4000) * 100 for _ in range(6))])
    refund = random.choice([0, 0, 0, 0, 5000, income])
    cashless = random.choice([0, 45000])
    return dict.fromkeys(MONEY, 0) | {
        "cash_income": income, "cash_refund": refund, "cashless_income": cashless, "receipts": random.randrange(2, 40),
    }  # fmt: skip


def _add_fiscal(
    world: World, random: Random, true: str, register: str, opened: pd.Timestamp, closed: pd.Timestamp, sums: Row
) -> None:
    first = random.choice([0, 0, 0, 1, 2, 3, NEVER])
    row = {
        "shift_id": f"fiscal-{true}", "kkt_reg_id": register, "opened_at": opened if random.random() < 0.9 else None,
        "closed_at": closed, "received_at": closed, "fiscal_document_number": 100, "detail": "totals",
        "order_day": closed.normalize(), "outcome": _outcome(sums), "reason": None, "kpp": "960701001",
        "is_listed_twice": False, "is_named": False, **sums,
    }  # fmt: skip
    kind = random.choice(["plain"] * 7 + ["late sums", "corrected", "corrected twice", "unclosed", "review", "listed"])
    versions = [(first, row)]
    if kind == "late sums":
        versions = [(first, _without_sums(row)), (first + random.choice([1, 2]), row)]
    elif kind.startswith("corrected"):
        versions.append((first + 1, row | _corrected(row)))
        versions += [(first + 2, row)] if kind == "corrected twice" else []
    elif kind == "unclosed":
        cut = {"fiscal_document_number": None, "closed_at": closed - pd.Timedelta(minutes=1), "reason": "no z-report"}
        versions = [(first, row | cut)] + ([(first + 2, row)] if random.random() < 0.5 else [])
    elif kind == "review":
        review = {"outcome": "needs_review", "reason": "correction_day_unknown"}
        versions = [(first, row | review)]
    elif kind == "listed":
        versions.append((first + random.choice([0, 1]), row | {"is_listed_twice": True}))
    _add(world, true, versions)


def _add_till(
    world: World, random: Random, true: str, cashbox: str, opened: pd.Timestamp, closed: pd.Timestamp, sums: Row
) -> None:
    first = random.choice([0, 0, 0, 1, 2, NEVER])
    row = {
        "shift_id": f"till-{true}", "shop_id": "shop", "cashbox_id": cashbox, "till_shift": true,
        "opened_at": opened + pd.Timedelta(minutes=2), "closed_at": closed - pd.Timedelta(minutes=3),
        "received_at": None, "order_day": closed.normalize(), "outcome": _outcome(sums), "reason": None,
        "kpp": "960701001", "price_correction": 0, **sums,
    }  # fmt: skip
    kind = random.choice(["plain"] * 7 + ["lost", "rounded", "late cheques", "unreadable", "split", "no rule"])
    versions = [(first, row)]
    if kind == "lost" and row["cash_income"]:
        versions = [(first, row | _less(row, 100))]
    elif kind == "rounded" and row["cash_income"]:
        versions = [(first, row | _less(row, 50) | {"price_correction": 50, "receipts": row["receipts"]})]
    elif kind == "late cheques" and row["cash_income"]:
        early = {"closed_at": row["closed_at"] - pd.Timedelta(hours=1)}
        versions = [(first, row | _less(row, 100) | early), (first + 1, row)]
    elif kind == "unreadable":
        versions = [(first, _without_sums(row) | {"price_correction": None})]
        versions += [(first + 2, row)] if random.random() < 0.5 else []
    elif kind == "no rule":
        waits = {"outcome": "needs_review", "reason": "no_account_rule"}
        versions = [(first, row | waits), (first + 2, row)]
    elif kind == "split" and row["cash_income"] > 200:
        rest = row | {"shift_id": f"till-{true}b", "till_shift": f"{true}b", "cash_refund": 0, "cash_income": 200}
        versions = [(first, row | _less(row, 200))]
        _add(world, true, [(first, rest | {"opened_at": closed - pd.Timedelta(hours=1), "outcome": "issued"})])
    _add(world, true, versions)


def _outcome(sums: Row) -> str:
    return "issued" if sums["cash_income"] or sums["cash_refund"] else "no_cash"


def _less(row: Row, kopecks: int) -> Row:
    income = row["cash_income"] - kopecks
    return {"cash_income": income, "receipts": row["receipts"] - 1, "outcome": _outcome(row | {"cash_income": income})}


def _corrected(row: Row) -> Row:
    income = row["cash_income"] + 700
    return {"cash_income": income, "receipts": row["receipts"] + 1, "outcome": "issued"}


def _without_sums(row: Row) -> Row:
    unknown: Row = dict.fromkeys(MONEY)
    return row | unknown | {"outcome": "incomplete", "reason": "its receipts are not all there"}


def _add(world: World, true: str, versions: list[tuple[int, Row]]) -> None:
    shift_id = versions[0][1]["shift_id"]
    of_till = shift_id.startswith("till")
    world.truth[shift_id] = true
    found = []
    for load, version in versions:
        row = version | {"place": f"{shift_id}@{load}"}
        orders = _orders(row, of_till=of_till) if row["outcome"] == "issued" else []
        if of_till:
            row["orders"] = len(orders) if row["outcome"] in ("issued", "no_cash") else None
        found.append(Version(load, row, orders))
    world.versions[shift_id] = found


def _orders(row: Row, *, of_till: bool) -> list[Row]:
    """The orders of a shift; the OFD's large ones are split between two tax systems."""
    parts = []
    for operation in ("cash_income", "cash_refund"):
        amount = row[operation]
        split = {"": amount} if of_till or amount < 200_000 else {"osn": amount - 100, "usn_income": 100}
        parts += [
            {"shift_id": row["shift_id"], "place": row["place"], "operation": operation, "taxation": taxation,
             "agent": False, "amount": part, "contents": f"{part} of {row['shift_id']}"}
            for taxation, part in split.items() if part > 0
        ]  # fmt: skip
    return parts


def _compare(world: World, random: Random, true: str) -> None:
    """In some worlds receipts explain each difference between the two sources."""
    fiscal, till = world.versions.get(f"fiscal-{true}", []), world.versions.get(f"till-{true}", [])
    if not fiscal or not till or random.random() < 0.8:
        return
    world.comparisons += [(one, other) for one in till for other in fiscal]


def around(worlds: list[World], setting: Setting) -> Slice:
    """Links, registers and comparisons of these worlds."""
    return Slice(
        setting,
        comparisons=_comparisons([pair for world in worlds for pair in world.comparisons]),
        links=_frame(
            LINKS,
            [row | {"register_link_id": number} for number, row in enumerate(_rows_of(worlds, "links"), start=1)],
        ),
        registers=_frame(REGISTERS, _rows_of(worlds, "registers")),
        covered=COVERED.empty(),
    )


def _comparisons(pairs: list[tuple[Version, Version]]) -> pd.DataFrame:
    tills = _frame(REPORTED_TILLS, [till.row for till, _ in pairs])
    fiscals = _frame(REPORTED, [fiscal.row for _, fiscal in pairs])
    explained = pd.DataFrame(
        {
            "till_id": tills["shift_id"],
            "fiscal_id": fiscals["shift_id"],
            "till_facts": facts_of(tills),
            "fiscal_facts": facts_of(fiscals),
            "is_explained": True,
        }
    )
    return COMPARISONS.conform(explained.drop_duplicates(ignore_index=True).reindex(columns=list(COMPARISONS.columns)))


def _rows_of(worlds: list[World], name: str) -> list[Row]:
    return [row for world in worlds for row in getattr(world, name)]


def batch_of(worlds: list[World], product: str, load: int) -> Batch:
    """What a product reports of these worlds at a load."""
    versions = [version for world in worlds for version in world.reported(product, load)]
    rows = [version.row for version in versions]
    orders = [order for version in versions for order in version.orders]
    columns = [*PROPOSED_ORDERS.columns, "place"]
    framed = Schema("staged_orders", PROPOSED_ORDERS.columns | {"place": TEXT}).conform(
        pd.DataFrame(orders, columns=columns)
    )
    if product == "ofd":
        return Batch(reported=_frame(REPORTED, rows), orders=framed)
    return Batch(tills=_frame(REPORTED_TILLS, rows), orders=framed)


def _frame(schema: Schema, rows: list[Row]) -> pd.DataFrame:
    return schema.conform(pd.DataFrame(rows, columns=list(schema.columns)))
