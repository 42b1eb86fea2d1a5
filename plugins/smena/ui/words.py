"""The words of the pages in two languages.

`words.tsv` holds those of the pages: key, Russian, English. `phrases.tsv` holds what the code and the database say in
English, and its Russian: `{…}` stands for what a phrase names.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

LANGUAGES = ("ru", "en")
_HERE = Path(__file__).parent


@cache
def words() -> dict[str, tuple[str, str]]:
    """By key, the Russian and the English."""
    return {key: (russian, english) for key, russian, english in _rows("words.tsv")}


@cache
def phrases() -> dict[str, str]:
    """By English phrase, the Russian one."""
    return {row[0]: row[1] for row in _rows("phrases.tsv")}


def told(key: str, language: str, **of: object) -> str:
    """The word of a key. A key without one (a word that a newer table brought) is shown as it is."""
    pair = words().get(key)
    if pair is None:
        return key.partition("_")[2].replace("_", " ") or key
    return pair[LANGUAGES.index(language)].format(**of)


def said(text: str | None, language: str) -> str:
    """A reason as it is kept, in the reader's language: of several, joined by `; `, each. Unknown ones stay."""
    if not text or language == "en":
        return text or ""
    return _in_russian(text) or "; ".join(_in_russian(part) or part for part in text.split("; "))


def _in_russian(text: str) -> str | None:
    if text in phrases():
        return phrases()[text]
    for pattern, russian in _patterns():
        if found := pattern.fullmatch(text):
            return russian.format(**{name: _named(name, part) for name, part in found.groupdict().items()})
    return None


def _named(name: str, part: str) -> str:
    """What a phrase names: a sum of `roubles` has a comma in Russian, a reason is in Russian itself."""
    return part.replace(".", ",") if name == "roubles" else said(part, "ru")


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The phrases that name something, as what they match."""
    return [
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>(?:(?!; ).)+)", re.escape(english)), re.DOTALL), russian)
        for english, russian in phrases().items()
        if "{" in english
    ]


def _rows(file: str) -> list[list[str]]:
    lines = (_HERE / file).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
