"""The texts that people read, in Russian and in English: stored reasons, pages, alerts and certificates.

`locale/{ru,en}/LC_MESSAGES/smena.po` is the one catalogue. A message is found by its context and its key: context
`reason` has the codes of `smena.model.reasons`, `thing` the names of values in them, and each other context is the
place where its messages are shown (`page`, `alert`, `certificate`, `export`, `print`). `{name}` stands for an argument.
A reason with a counted argument has the plural forms of the language, chosen by the first such argument.
"""

from __future__ import annotations

import gettext
import io
import logging
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smena.model.reason_text import COUNTS, LINE_END, has, parse_all
from smena.model.reasons import Reason

# Functions import Babel: the command line's help translates nothing and starts without it.
if TYPE_CHECKING:
    from babel.core import Locale

RUSSIAN, ENGLISH = "ru", "en"
LANGUAGES = (RUSSIAN, ENGLISH)
CATALOGUES = Path(__file__).parents[1] / "locale"
UNKNOWN = "—"
"""Is shown in place of an argument that is not known."""

RULE = "rule"
"""The value of `decided_by` and the like where no person decided."""

_AFTER_TYPED = (Reason.LINK_CONFIRMED, Reason.LINK_WITHDRAWN)
"""Reasons that a rule adds, on a line of their own, after the text that a person typed."""

_REASONS = {"reason", "cause", "details", "error", "relation", "stopped", "failed_after"}
_SIGNED = {"reason": "decided_by", "resolution_reason": "resolved_by", "status_reason": "status_by"}
_DAYS = {RUSSIAN: "dd.MM.yyyy", ENGLISH: "yyyy-MM-dd"}
_MOMENTS = {RUSSIAN: "dd.MM.yyyy HH:mm", ENGLISH: "yyyy-MM-dd HH:mm"}
_logger = logging.getLogger("smena.messages")


class UnknownMessage(LookupError):
    """No catalogue has the message. It is raised only in tests, which are strict."""


class _Strictness:
    """Whether a message that no catalogue has raises (in tests) or is logged."""

    is_on = False


def be_strict() -> None:
    """Make a message that no catalogue has raise UnknownMessage from now on."""
    _Strictness.is_on = True


def translate(text: str | None, locale: str = RUSSIAN, /, **arguments: object) -> str:
    """Return a stored reason (see `smena.model.reason_text`) as a sentence; several are joined by `; `.

    Args:
        text: the value of a column; or a code, with its `arguments` as `reason` takes them. Empty where there is none.
        locale: one of LANGUAGES.

    A text that is no reason is returned unchanged, and logged; in tests it raises UnknownMessage.
    """
    if isinstance(text, Reason) and arguments:
        return _sentence(text, arguments, locale)
    return "; ".join(_translated(line, locale) for line in (text or "").split(LINE_END) if line)


def written_by(text: str | None, by: str | None, locale: str = RUSSIAN) -> str:
    """Return a reason of a column that rules and people write, by its author `by`: a person's text stays as typed.

    A rule may have added a line about why a link ended.
    """
    if not text or by == RULE:
        return translate(text, locale)
    typed, *after = text.split(LINE_END)
    return "; ".join([typed, *(translate(line, locale) if has(line, *_AFTER_TYPED) else line for line in after)])


def readable(row: Mapping[str, Any], locale: str = RUSSIAN) -> dict[str, Any]:
    """Return a row of the warehouse with its reasons, found by the names of columns, as sentences."""
    said = dict(row)
    signed = {name: by for name, by in _SIGNED.items() if name in row and by in row}
    for name, by in signed.items():
        said[name] = row[name] and written_by(row[name], row[by], locale)
    for name in (_REASONS & row.keys()) - signed.keys():
        if isinstance(row[name], str):
            said[name] = translate(row[name], locale)
    if isinstance(row.get("recommendation"), dict):
        said["recommendation"] = readable(row["recommendation"], locale)
    if isinstance(row.get("missing"), list):
        said["missing"] = [translate(one, locale) for one in row["missing"]]
    return said


def message(key: str, locale: str = RUSSIAN, /, *, context: str, n: int | None = None, **arguments: Any) -> str:
    """Return the message of a context. `n` chooses the plural, and is the argument `{n}` too.

    A missing message raises UnknownMessage in tests; otherwise the key is shown without its family, with blanks for
    underlines.
    """
    text = _found(context, key, locale, n)
    if text is None:
        _miss(f"{context} {key}")
        return key.partition("_")[2].replace("_", " ") or key
    if n is not None:
        arguments["n"] = whole(n, locale)
    return text.format(**arguments) if arguments else text


def has_message(key: str, *, context: str) -> bool:
    """Whether the catalogue has a message of this key."""
    return _found(context, key, RUSSIAN, None) is not None


def money(kopecks: int, locale: str = RUSSIAN) -> str:
    """Return kopecks as roubles: 123456 → `1 234,56` in Russian, `1,234.56` in English."""
    from babel.numbers import format_decimal

    return str(format_decimal(Decimal(kopecks).scaleb(-2), "#,##0.00", locale=_locale(locale)))


def whole(number: int, locale: str = RUSSIAN) -> str:
    """Return a whole number, grouped by thousands in the way of the language."""
    from babel.numbers import format_decimal

    return str(format_decimal(number, "#,##0", locale=_locale(locale)))


def day(one: date, locale: str = RUSSIAN) -> str:
    """Return a day: `31.01.2025` in Russian, `2025-01-31` in English."""
    from babel.dates import format_date

    return format_date(one, _DAYS[locale], locale=_locale(locale))


def moment(one: datetime, locale: str = RUSSIAN) -> str:
    """Return a local time to the minute, without its zone."""
    from babel.dates import format_datetime

    return format_datetime(one.replace(tzinfo=None), _MOMENTS[locale], locale=_locale(locale))


@cache
def catalogue(locale: str) -> gettext.GNUTranslations:
    """Return the messages of a language, read once per process."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (CATALOGUES / locale / "LC_MESSAGES" / "smena.po").open("rb") as file:
        known = read_po(file, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, known)
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    translations.add_fallback(_Nothing())
    return translations


class _Nothing(gettext.NullTranslations):
    """The fallback of a catalogue: an empty text for a missing message, where gettext would return the key."""

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - gettext's own names
        return ""

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - the same
        return ""


@cache
def _locale(locale: str) -> Locale:
    from babel.core import Locale

    return Locale.parse(locale)


def _translated(line: str, locale: str) -> str:
    try:
        return "; ".join(_sentence(code, arguments, locale) for code, arguments in parse_all(line))
    except UnknownMessage:
        raise
    except Exception:  # noqa: BLE001 - an unreadable row must not break its page
        _miss(f"reason {line}")
        return line


def _sentence(code: Reason, arguments: dict[str, Any], locale: str) -> str:
    counted = next((arguments[name] for name in code.arguments if name in COUNTS), None)
    text = _found("reason", str(code), locale, counted if isinstance(counted, int) else None)
    if text is None:
        _miss(f"reason {code}")
        return str(code)
    return text.format(**{name: _shown(name, value, locale) for name, value in arguments.items()})


def _shown(name: str, value: Any, locale: str) -> str:
    """An argument formatted for a person, by its name."""
    if value is None:
        return UNKNOWN
    if name == "reason":
        return translate(value, locale)
    if name == "amount":
        return money(int(value), locale)
    if name in COUNTS:
        return whole(int(value), locale)
    if name == "day":
        return day(date.fromisoformat(str(value)), locale)
    if name == "moment":
        return moment(datetime.fromisoformat(str(value)), locale)
    if name in ("what", "word"):
        return _found("thing", str(value), locale, None) or str(value)
    return str(value)


def _found(context: str, key: str, locale: str, n: int | None) -> str | None:
    """The text of a message, in the plural of `n` where it has plurals; None where the catalogue has none."""
    known = catalogue(locale)
    text = "" if n is None else known.npgettext(context, key, key, n)
    return text or known.pgettext(context, key) or None


def _miss(what: str) -> None:
    if _Strictness.is_on:
        raise UnknownMessage(what)
    _logger.warning("no message for %r", what)
