"""Every sum and count on the pages is written in one way: thousands apart, two places of kopecks, a decimal comma."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from smena import ui
from smena.ui.rendering import _environment

TEMPLATES = sorted((Path(ui.__path__[0]) / "templates").glob("*.html"))
FIGURES = ("money", "whole", "signed", "kopecks", "quantity")
NAMES = {"row.number", "one.line"}
"""The number of a document or a line is its name."""


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (1234567, "1\u00a0234\u00a0567"), ("", ""), ("1000", "1\u00a0000"), ("a", "a")],
)
def test_counts_have_their_thousands_apart(count: Any, text: str) -> None:
    assert _environment().from_string("{{ count | whole }}").render(count=count) == text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_every_cell_of_figures_is_written_by_one_of_the_filters(template: Path) -> None:
    cells = re.findall(
        r'<td class="number">(?:<b>)?(?:\{\{ "−" if row.kind == "rko" \}\})?\{\{ (.*?) \}\}',
        template.read_text(encoding="utf-8"),
    )
    wrong = [cell for cell in cells if cell not in NAMES and not any(f"| {name}" in cell for name in FIGURES)]
    assert wrong == []


def test_there_are_such_cells() -> None:
    assert sum(one.read_text(encoding="utf-8").count('<td class="number">') for one in TEMPLATES) > 40
