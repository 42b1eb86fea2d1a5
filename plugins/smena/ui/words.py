"""The words of the pages in two languages; `words.tsv` holds them: key, Russian, English."""

from __future__ import annotations

from functools import cache
from pathlib import Path

LANGUAGES = ("ru", "en")
_FILE = Path(__file__).parent / "words.tsv"


@cache
def words() -> dict[str, tuple[str, str]]:
    """By key, the Russian and the English."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {key: (russian, english) for key, russian, english in rows}


def told(key: str, language: str, **of: object) -> str:
    """The word of a key. A key without one (a word that a newer table brought) is shown as it is."""
    pair = words().get(key)
    if pair is None:
        return key.partition("_")[2].replace("_", " ") or key
    return pair[LANGUAGES.index(language)].format(**of)
