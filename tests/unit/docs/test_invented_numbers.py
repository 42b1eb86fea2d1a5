"""No ИНН of a real company is in the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from smena.model.identifiers import is_inn
from tests import invented

REPOSITORY = Path(__file__).parents[3]
TEXTS = {".py", ".md", ".sql", ".sh", ".yml", ".html", ".tsv", ".example", ".pem"}
# Of no tax office: 96 is no region, 00 is the head of one, 12 and 34 begin what is counted up.
INVENTED = re.compile(r"96|0200|1234")
# Moments and limits that happen to have right check digits.
NO_INN = {"1764547200", "1764600000", "4294967295"}


def numbers() -> Iterator[tuple[str, str]]:
    """Each number in the repository that could be an ИНН, with its file."""
    for folder in ("bench", "dags", "demo", "docs", "include", "plugins", "sandbox", "tests", "."):
        place = REPOSITORY / folder
        for path in place.glob("*") if folder == "." else place.rglob("*"):
            if path.suffix in TEXTS or path.name == ".env.example":
                for number in re.findall(r"(?<![\w.])(?:00)?(\d{12}|\d{10})(?![\w.])", path.read_text()):
                    yield path.relative_to(REPOSITORY).as_posix(), number


def test_every_inn_belongs_to_no_company() -> None:
    found = {(file, number) for file, number in numbers() if is_inn(number) and number not in NO_INN}
    assert len(found) > 40
    assert not {(file, number) for file, number in found if not INVENTED.match(number)}


def test_the_numbers_that_tests_share_are_valid() -> None:
    shared = {name: number for name, number in vars(invented).items() if name.isupper()}
    assert {name for name, number in shared.items() if not is_inn(number)} == {"WRONG"}
