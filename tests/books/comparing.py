"""Two exports of the books: what differs, counted by kind, with examples."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tests.books.exporting import KEYS

# Columns of few values: the kind of a difference has both values. For other columns it only says how they differ.
NAMED = {
    "source", "outcome", "detail", "kind", "operation", "taxation", "agent", "issue", "status", "debit_account",
    "credit_account", "state", "decided_by", "product", "payment_type", "reason", "book_year", "sources",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One difference. `kind` is what is counted: `orders.vat: value -> other value`."""

    kind: str
    part: str
    key: str
    before: str
    after: str

    @property
    def example(self) -> str:
        return f"{self.part}  {self.key}  {self.before!r} -> {self.after!r}"


def compare(before: Path, after: Path, examples: int, ignored: Collection[str], say: Callable[[str], None]) -> int:
    """Print the differences; return 1 where one is not ignored (`table`, or `table.column`)."""
    counts: Counter[str] = Counter()
    shown: dict[str, list[Difference]] = defaultdict(list)
    reasons: Counter[tuple[str, str, str]] = Counter()
    parts = {folder.name: folder for folder in sorted(before.iterdir()) if folder.is_dir()}
    others = {folder.name for folder in after.iterdir() if folder.is_dir()}
    for part in sorted(parts.keys() ^ others):
        counts[f"part {part} is only {'before' if part in parts else 'after'}"] += 1
    rows: Counter[str] = Counter()
    for part in sorted(parts.keys() & others):
        for table in (*KEYS, "about"):
            one, two = _read(before / part / f"{table}.csv"), _read(after / part / f"{table}.csv")
            rows[table] += len(one)
            for difference in differences(table, part, one, two):
                counts[difference.kind] += 1
                if len(shown[difference.kind]) < examples:
                    shown[difference.kind].append(difference)
                if table == "reasons":
                    of = difference.key.split(" | ")[0]
                    reasons[of, _generalized(difference.before), _generalized(difference.after)] += 1
    say(f"{len(parts.keys() & others)} parts; " + ", ".join(f"{count:,} {name}" for name, count in rows.items()))
    for kind, count in sorted(counts.items()):
        mark = " (ignored)" if _is_ignored(kind, ignored) else ""
        say(f"{count:8,}  {kind}{mark}")
        for difference in [] if kind.startswith("reasons.") else shown[kind]:
            say(f"            {difference.example}")
    if reasons:
        say("reasons, digits as #:")
        for (of, old, new), count in reasons.most_common():
            say(f"{count:8,}  {of}: {old!r} -> {new!r}")
    return 1 if any(not _is_ignored(kind, ignored) for kind in counts) else 0


def differences(table: str, part: str, before: pd.DataFrame, after: pd.DataFrame) -> Iterator[Difference]:
    """What differs between two versions of one file.

    A row is known by the key of its table; where several rows share a key, the first is compared with the first.
    """
    if before.equals(after):
        return
    keys = [name for name in KEYS.get(table, ()) if name in before and name in after]
    for column in sorted(set(before.columns) ^ set(after.columns)):
        yield Difference(f"{table}: the column {column} is on one side only", part, "", "", "")
    shared = [name for name in before.columns if name in after.columns and name not in keys]
    sides = [_numbered(frame, keys) for frame in (before, after)]
    both = sides[0].add_suffix("|1").join(sides[1].add_suffix("|2"), how="outer")
    is_before, is_after = both.index.isin(sides[0].index), both.index.isin(sides[1].index)
    for key in both.index[~is_after]:
        yield Difference(f"{table}: row only before{_of_key(table, keys, key)}", part, _named(key), "row", "")
    for key in both.index[~is_before]:
        yield Difference(f"{table}: row only after{_of_key(table, keys, key)}", part, _named(key), "", "row")
    met = both[is_before & is_after]
    for column in shared:
        old, new = met[f"{column}|1"], met[f"{column}|2"]
        differs = (old != new).to_numpy()
        for key, one, two in zip(met.index[differs], old[differs], new[differs], strict=True):
            kind = f"{table}.{column}: {_form(column, one, is_old=True)} -> {_form(column, two, is_old=False)}"
            yield Difference(kind, part, _named(key), one, two)


def _read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype="string", keep_default_na=False, na_filter=False)


def _numbered(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The frame, indexed by its key and the row's place among rows of the same key."""
    place = frame.groupby(keys, sort=False).cumcount() if keys else pd.Series(range(len(frame)), index=frame.index)
    return frame.assign(**{"#": place.astype("string")}).set_index([*keys, "#"])


def _named(key: tuple[str, ...] | str) -> str:
    words = (key,) if isinstance(key, str) else key
    return " | ".join(words[:-1] if words[-1] == "0" else words)


def _of_key(table: str, keys: list[str], key: tuple[str, ...]) -> str:
    """The parts of the key that have few values, as part of the kind."""
    words = [word for name, word in zip(keys, key, strict=False) if name in NAMED or name == "resolution"]
    return f" ({', '.join(words)})" if words and table != "reasons" else ""


def _form(column: str, value: str, *, is_old: bool) -> str:
    if column in NAMED or column == "same_as" or value == "":
        return (value if column in NAMED else "a shift") if value else "nothing"
    return "value" if is_old else "another value"


def _generalized(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def _is_ignored(kind: str, ignored: Collection[str]) -> bool:
    name = kind.split(":")[0]
    return name in ignored or name.partition(".")[0] in ignored
