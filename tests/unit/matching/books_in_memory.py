"""A warehouse in memory: it gives slices, applies what was decided, and refuses what the database refuses.

It holds every shift of its organisation, so each of its till shifts is in question with every batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from smena.matching.cases import all_same, among, known_and
from smena.matching.changes import CURRENT_ORDERS, PROPOSED_ORDERS, ChangeSet
from smena.matching.decide import decide
from smena.matching.frames import LINKS
from smena.matching.orders import plan_orders
from smena.matching.slices import CURRENT, DECISIONS, REPORTED, REPORTED_TILLS, Setting, Slice
from smena.transform.frames import MONEY
from smena.transform.schema import TEXT

_PART = ["shift_id", "operation", "taxation", "agent"]
_COUNTS = ["live_orders", "marked_orders", "open_orders"]
_CONTENTS = [
    "source", "kkt_reg_id", "fiscal_document_number", "shop_id", "cashbox_id", "till_shift", "opened_at", "closed_at",
    "receipts", *MONEY, "price_correction", "order_day", "orders",
]  # fmt: skip


@dataclass
class Batch:
    """What one load of one product has staged.

    `orders` are PROPOSED_ORDERS with `place`, the row of the shift that proposes them.
    """

    reported: pd.DataFrame = field(default_factory=REPORTED.empty)
    tills: pd.DataFrame = field(default_factory=REPORTED_TILLS.empty)
    orders: pd.DataFrame = field(default_factory=lambda: PROPOSED_ORDERS.empty().assign(place=pd.Series(dtype=TEXT)))


@dataclass
class Books:
    """Shifts (CURRENT), their proposals, orders, decisions and links of one organisation."""

    setting: Setting
    around: Slice
    """Registers, covered days and comparisons, which no batch changes."""
    shifts: pd.DataFrame = field(default_factory=lambda: CURRENT.empty().set_index("shift_id", drop=False))
    proposals: pd.DataFrame = field(default_factory=PROPOSED_ORDERS.empty)
    orders: pd.DataFrame = field(default_factory=lambda: CURRENT_ORDERS.empty().set_index("document_id", drop=False))
    moved: pd.DataFrame = field(default_factory=CURRENT_ORDERS.empty)
    """Orders as they were when they went over to another shift, with the status `moved`."""
    decisions: pd.DataFrame = field(default_factory=DECISIONS.empty)
    links: pd.DataFrame = field(default_factory=LINKS.empty)
    number: int = 0

    def load(self, batch: Batch) -> tuple[ChangeSet, pd.DataFrame]:
        """Decides about a batch and applies that; the ChangeSet, and what becomes of orders (ORDER_CHANGES)."""
        changes = decide(self.slice_of(batch))
        return changes, self.apply(batch, changes)

    def slice_of(self, batch: Batch) -> Slice:
        """The slice that the core gets for a batch."""
        ids = pd.concat([batch.reported["shift_id"], batch.tills["shift_id"]])
        is_till = self.shifts["source"] == "market"
        current = self.shifts.assign(is_reported=among(self.shifts["shift_id"], ids), is_till_in_scope=is_till)
        live = self.orders[self.orders["status"] != "reversed"]
        counted = pd.DataFrame(
            {
                "live_orders": live.groupby("shift_id").size(),
                "marked_orders": live[live["status"] != "new"].groupby("shift_id").size(),
                "open_orders": live[live["status"] != "rejected"].groupby("shift_id").size(),
                "first_order_day": live.groupby("shift_id")["day"].min(),
                "last_order_day": live.groupby("shift_id")["day"].max(),
            }
        ).reindex(current.index)
        counts = {name: counted[name].astype("Int64").fillna(0) for name in _COUNTS}
        current = current.assign(**{name: counted[name] for name in counted} | counts)
        return replace(
            self.around,
            setting=self.setting,
            reported=batch.reported,
            reported_tills=batch.tills,
            current=CURRENT.conform(current.reset_index(drop=True)),
            decisions=self.decisions,
            links=self.links,
        )

    def apply(self, batch: Batch, changes: ChangeSet) -> pd.DataFrame:
        """Writes what was decided, in the order in which the warehouse does."""
        gone = pd.concat([changes.unused, changes.unused_tills])
        staged = batch.orders[~among(batch.orders["place"], gone)]
        self._close(changes)
        self._link(changes)
        self._write(batch, changes, staged)
        planned = self._plan(changes, staged)
        self._move(planned[planned["action"] == "move"])
        self._change(planned)
        first = changes.booked[changes.booked["is_first"].astype(bool)]["shift_id"]
        issued = planned[planned["action"] == "issue"]
        self.issue(
            pd.concat([staged[among(staged["shift_id"], first)].assign(issue=1), self._contents(issued, staged)])
        )
        self._open(changes)
        return planned

    def accept(self, documents: Iterable[str], status: str = "accepted") -> None:
        """What an accountant does with new orders."""
        chosen = among(self.orders["document_id"], list(documents)) & (self.orders["status"] == "new")
        self.orders.loc[chosen, "status"] = status
        self.orders.loc[chosen, "revision"] += 1

    def live(self) -> pd.DataFrame:
        """Orders that are not reversed."""
        return self.orders[self.orders["status"] != "reversed"]

    def _close(self, changes: ChangeSet) -> None:
        closed = changes.closed.set_index("decision_id")
        rows = self.decisions["decision_id"].isin(closed.index)
        assert self.decisions.loc[rows, "is_open"].all() and rows.sum() == len(closed), "a closed decision stays"
        ids = self.decisions.loc[rows, "decision_id"]
        self.decisions.loc[rows, "resolution"] = ids.map(closed["resolution"]).astype(TEXT)
        self.decisions.loc[rows, "is_open"] = False

    def _open(self, changes: ChangeSet) -> None:
        opened = changes.opened
        if opened.empty:
            return
        numbers = pd.RangeIndex(len(self.decisions) + 1, len(self.decisions) + 1 + len(opened))
        fresh = opened.assign(
            decision_id=numbers,
            is_open=~opened["is_resolved"],
            resolution=pd.Series("keep-ofd", index=opened.index).where(opened["is_resolved"]),
            is_by_person=False,
        )
        self.decisions = pd.concat([self.decisions, DECISIONS.conform(fresh)], ignore_index=True)
        waiting = self.decisions[self.decisions["is_open"].astype(bool)]
        assert not waiting.duplicated(["shift_id", "kind"]).any(), "one open decision a shift and kind"

    def _link(self, changes: ChangeSet) -> None:
        of = changes.links
        ended = self.links[["register_link_id"]].merge(of.ended, on="register_link_id", how="left")["end_day"]
        self.links["end_day"] = ended.fillna(self.links["end_day"])
        withdrawn = self.links["register_link_id"].isin(of.withdrawn["register_link_id"])
        self.links["state"] = self.links["state"].mask(withdrawn, "withdrawn")
        self.links["withdrawn_by"] = self.links["withdrawn_by"].mask(withdrawn, "rule")
        open_ones = self.links[self.links["state"] == "proposed"]
        known = pd.MultiIndex.from_frame(open_ones[["cashbox_id", "kkt_reg_id"]])
        asked = of.proposed[~pd.MultiIndex.from_frame(of.proposed[["cashbox_id", "kkt_reg_id"]]).isin(known)]
        fresh = pd.concat([of.added.assign(state="in_force"), asked.assign(state="proposed")], ignore_index=True)
        if len(fresh):
            fresh["register_link_id"] = range(len(self.links) + 1, len(self.links) + 1 + len(fresh))
            fresh = LINKS.conform(fresh.reindex(columns=list(LINKS.columns)))
            self.links = pd.concat([self.links, fresh], ignore_index=True)

    def _write(self, batch: Batch, changes: ChangeSet, staged: pd.DataFrame) -> None:
        written = changes.shifts.set_index("shift_id", drop=False)
        assert written.index.is_unique, "a shift is written once"
        known = written[written["action"] != "insert"]
        assert (self.shifts["revision"].reindex(known.index) == known["revision"]).all(), "the revision that was read"
        fresh = written[written["action"].isin(["insert", "replace"])]
        assert not (fresh["action"] == "insert").reindex(self.shifts.index, fill_value=False).any(), "insert is new"
        rows = pd.concat(
            [batch.reported.assign(source="ofd"), batch.tills.assign(source="market")], ignore_index=True
        ).set_index("place")
        contents = rows.reindex(columns=_CONTENTS).reindex(fresh["place"]).set_axis(fresh.index)
        before = self.shifts
        new = contents.assign(
            shift_id=fresh["shift_id"],
            **{name: fresh[name] for name in ("outcome", "reason", "same_as")},
            is_of_another=False,
            # What a person has decided of a till shift was decided of other facts.
            has_decision=among(fresh["shift_id"], before.loc[before["has_decision"].astype(bool), "shift_id"])
            & (contents["source"] == "ofd"),
            revision=fresh["revision"].fillna(0) + 1,
        )
        new = CURRENT.conform(new.reindex(columns=list(CURRENT.columns))).set_index("shift_id", drop=False)
        kept = before[~among(before["shift_id"], fresh.index)].copy()
        marked = written[written["action"] == "mark"]
        kept.loc[marked.index, ["outcome", "reason", "same_as"]] = marked[["outcome", "reason", "same_as"]]
        kept.loc[marked.index, "revision"] += 1
        self.shifts = pd.concat([kept, new]) if len(kept) else new
        fresh_proposals = staged[among(staged["shift_id"], fresh.index)]
        stays = self.proposals[~among(self.proposals["shift_id"], fresh.index)]
        self.proposals = pd.concat([stays, PROPOSED_ORDERS.conform(fresh_proposals)], ignore_index=True)
        self._refuse_shifts(before.reindex(written.index), self.shifts.loc[written.index])

    def _refuse_shifts(self, before: pd.DataFrame, after: pd.DataFrame) -> None:
        """The constraints and guards of accounting.shift."""
        assert after["outcome"].notna().all(), "a shift has an outcome"
        duplicate = after["outcome"] == "duplicate"
        assert after.loc[duplicate, "same_as"].notna().all(), "a duplicate is of another shift"
        assert not (after["same_as"] == after["shift_id"]).any(), "a shift is no duplicate of itself"
        was_in, is_in = (self._booked_in_closed(rows) for rows in (before, after))
        facts = ["kkt_reg_id", "fiscal_document_number", "closed_at", "order_day", "receipts", *MONEY]
        same_facts = all_same(before, after, facts)
        assert not (is_in & ~(was_in & same_facts)).any(), "nothing more is booked in a closed period"
        assert not (was_in & ~is_in).any(), "what is booked in a closed period stays"

    def _booked_in_closed(self, rows: pd.DataFrame) -> pd.Series:
        if self.setting.closed_through is None:
            return pd.Series(data=False, index=rows.index)
        in_closed = known_and(rows["order_day"] <= self.setting.closed_through)
        return in_closed & among(rows["outcome"], ["issued", "no_cash", "conflict"])

    def _plan(self, changes: ChangeSet, staged: pd.DataFrame) -> pd.DataFrame:
        later = changes.booked[~changes.booked["is_first"].astype(bool)]["shift_id"]
        read = among(self.orders["shift_id"], pd.concat([later, changes.moved["till_id"]]))
        fresh = changes.shifts.loc[changes.shifts["action"] != "mark", "shift_id"]
        stored = self.proposals[~among(self.proposals["shift_id"], fresh)]
        proposed = pd.concat([staged[among(staged["shift_id"], fresh)], stored], ignore_index=True)
        return plan_orders(
            changes.booked,
            changes.moved,
            PROPOSED_ORDERS.conform(proposed[among(proposed["shift_id"], later)]),
            self.orders_and_moved(read, later),
            closed_through=self.setting.closed_through,
        )

    def orders_and_moved(self, read: pd.Series, shifts: pd.Series) -> pd.DataFrame:
        """CURRENT_ORDERS as the slices read them: some in the books, and those that went over from these shifts."""
        left = self.moved[among(self.moved["shift_id"], shifts)]
        return CURRENT_ORDERS.conform(pd.concat([self.orders[read], left], ignore_index=True))

    def _contents(self, changed: pd.DataFrame, staged: pd.DataFrame) -> pd.DataFrame:
        stored = self.proposals[~among(self.proposals["shift_id"], staged["shift_id"])]
        proposed = pd.concat([staged.drop(columns="place"), stored], ignore_index=True)
        rows = changed[[*_PART, "action", "document_id", "issue", "reason"]].merge(proposed, on=_PART, how="left")
        assert rows["contents"].notna().all(), "each order is proposed"
        return rows

    def _move(self, moves: pd.DataFrame) -> None:
        if moves.empty:
            return
        rows = moves.set_index("document_id")
        tills = self.orders.loc[rows.index, "shift_id"]
        same_as = self.shifts["same_as"].reindex(tills).set_axis(rows.index)
        assert (same_as == rows["shift_id"]).all(), "an order goes over to the same shift only"
        left = self.orders.loc[rows.index].assign(status="moved", is_reversed_by_decision=True)
        self.moved = CURRENT_ORDERS.conform(pd.concat([self.moved, left], ignore_index=True))
        self.orders.loc[rows.index, ["shift_id", "taxation", "agent", "issue"]] = rows[
            ["shift_id", "taxation", "agent", "issue"]
        ]
        self.orders.loc[rows.index, "source"] = "ofd"
        self.orders.loc[rows.index, "revision"] += 1

    def _change(self, planned: pd.DataFrame) -> None:
        changed = planned[planned["action"].isin(["reverse", "revise"])].set_index("document_id", drop=False)
        if changed.empty:
            return
        now = self.orders.loc[changed.index]
        assert now["status"].isin(["new", "reversed"]).all(), "what a person has accepted or rejected stays"
        assert not now["is_reversed_by_decision"].any(), "what a decision has reversed stays so"
        assert (now["revision"] == changed["revision"]).all(), "the revision that was read"
        self._refuse_closed(now["day"])
        reversed_ = changed.index[changed["action"] == "reverse"]
        self.orders.loc[reversed_, "status"] = "reversed"
        revised = changed[changed["action"] == "revise"].reset_index(drop=True)
        fresh_ids = [*revised["shift_id"]]
        contents = self._contents(revised, self._staged_of(fresh_ids)).set_index("document_id")
        self.orders.loc[contents.index, ["amount", "contents"]] = contents[["amount", "contents"]]
        self.orders.loc[contents.index, "status"] = "new"
        self.orders.loc[changed.index, "revision"] += 1

    def _staged_of(self, ids: list[str]) -> pd.DataFrame:
        # What is staged of these shifts has been stored as their proposals by now.
        return self.proposals[among(self.proposals["shift_id"], ids)].assign(place="")

    def issue(self, fresh: pd.DataFrame) -> None:
        """Orders with numbers of their own: `shift_id`, `issue`, and what they say."""
        if fresh.empty:
            return
        shifts = self.shifts.loc[fresh["shift_id"]]
        orders = fresh.assign(
            document_id=fresh["shift_id"].str.cat(
                [fresh["operation"], fresh["taxation"], fresh["agent"].astype(str), fresh["issue"].astype(str)], sep="/"
            ),
            number=range(self.number + 1, self.number + 1 + len(fresh)),
            day=shifts["order_day"].to_numpy(),
            status="new",
            source=shifts["source"].to_numpy(),
            is_reversed_by_decision=False,
            revision=1,
        )
        self.number += len(fresh)
        self._refuse_closed(orders["day"])
        for source, start in (("ofd", self.setting.ofd_start), ("market", self.setting.market_start)):
            days = orders.loc[orders["source"] == source, "day"]
            assert days.empty or (start is not None and (days >= start).all()), "nothing is booked before the start"
        orders = CURRENT_ORDERS.conform(orders).set_index("document_id", drop=False)
        self.orders = pd.concat([self.orders, orders]) if len(self.orders) else orders
        assert self.orders.index.is_unique, "an order is issued once"
        assert not self.live().duplicated(_PART).any(), "one live order a shift, operation, tax system and agent"

    def _refuse_closed(self, days: pd.Series) -> None:
        through = self.setting.closed_through
        assert through is None or not (days <= through).any(), "nothing of a closed period changes"


def contents_of(orders: pd.DataFrame) -> dict[str, tuple[Any, ...]]:
    """What each order says, by its id."""
    rows = orders[["amount", "contents", "day", "operation", "number"]].itertuples(index=False, name=None)
    return dict(zip(orders["document_id"], rows, strict=True))
