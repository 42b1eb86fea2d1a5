"""What the guides point at exists: files, headings, variables; and every DAG, page and kind of alert is in them."""

from __future__ import annotations

import re
from pathlib import Path

from smena.alerts.words import _SAID

REPOSITORY = Path(__file__).parents[3]
DOCS = REPOSITORY / "docs"
PLUGIN = REPOSITORY / "plugins" / "smena" / "ui" / "plugin.py"
GUIDES = [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))]
OPERATORS = (DOCS / "operators-guide.md").read_text()


def anchors(text: str) -> set[str]:
    """The headings of a guide, as links name them."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_link_of_a_guide_leads_somewhere() -> None:
    found, broken = 0, []
    for guide in GUIDES:
        for target in re.findall(r"\]\(([^)\s]+)\)", guide.read_text()):
            if "://" in target:
                continue
            found += 1
            path, _, anchor = target.partition("#")
            file = guide.parent / path if path else guide
            if not file.exists() or (anchor and anchor not in anchors(file.read_text())):
                broken.append(f"{guide.relative_to(REPOSITORY)}: {target}")
    assert broken == []
    assert found > 50


def test_every_test_that_security_names_is_there() -> None:
    named = re.findall(r"`(?:[\w/]*/)?(test_\w+\.py)(?:::(\w+))?`", (DOCS / "security.md").read_text())
    assert len(named) > 8
    found = {path.name: path.read_text() for path in (REPOSITORY / "tests").rglob("test_*.py")}
    assert not [(file, name) for file, name in named if f"def {name}" not in found.get(file, "")]


def test_every_variable_that_a_guide_names_is_read_and_every_one_of_a_person_is_in_the_operators_guide() -> None:
    source = "".join(path.read_text() for path in (REPOSITORY / "plugins").rglob("*.py"))
    named = {name for guide in GUIDES for name in re.findall(r"\bSMENA_[A-Z_]*[A-Z]\b", guide.read_text())}
    assert not {name for name in named if name not in source and not name.startswith(("SMENA_AIRFLOW_", "SMENA_IMAGE"))}
    assert {"SMENA_ALERT_QUARANTINE", "SMENA_LOAD_DEADLINE_MINUTES", "SMENA_AIRFLOW_URL"} <= set(
        re.findall(r"SMENA_\w+", OPERATORS)
    )


def test_every_dag_page_and_kind_of_alert_is_in_the_operators_guide() -> None:
    dags = {path.stem for path in (REPOSITORY / "dags").glob("*.py")}
    pages = set(re.findall(r'\("(\w+)", "\w+"\),', PLUGIN.read_text()))
    assert len(dags) == 5
    assert len(pages) == 8
    assert not {name for name in dags if f"`{name}`" not in OPERATORS}
    assert not {name for name in pages if f"**{name}**" not in OPERATORS}
    assert not {kind for kind in _SAID if f"`{kind}`" not in OPERATORS}
