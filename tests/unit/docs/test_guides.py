"""What the guides point at exists: files, headings, variables; and every DAG, page and kind of alert is in them."""

from __future__ import annotations

import re
from pathlib import Path

from smena.alerts.words import _SAID
from smena.messages import message

REPOSITORY = Path(__file__).parents[3]
DOCS = REPOSITORY / "docs"
NAVIGATION = REPOSITORY / "plugins" / "smena" / "ui" / "templates" / "base.html"
GUIDES = [REPOSITORY / "README.md", REPOSITORY / "README.ru.md", *sorted(DOCS.rglob("*.md"))]
HOW_TO = "\n".join(page.read_text() for page in sorted((DOCS / "how-to").glob("*.md")))


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
    named = re.findall(r"`(?:[\w/]*/)?(test_\w+\.py)(?:::(\w+))?`", (DOCS / "explanation" / "security.md").read_text())
    assert len(named) > 8
    found = {path.name: path.read_text() for path in (REPOSITORY / "tests").rglob("test_*.py")}
    assert not [(file, name) for file, name in named if f"def {name}" not in found.get(file, "")]


def test_every_variable_that_a_guide_names_is_read_and_every_one_of_a_person_is_in_a_how_to() -> None:
    source = "".join(path.read_text() for path in (REPOSITORY / "plugins").rglob("*.py"))
    named = {name for guide in GUIDES for name in re.findall(r"\bSMENA_[A-Z_]*[A-Z]\b", guide.read_text())}
    assert not {name for name in named if name not in source and not name.startswith(("SMENA_AIRFLOW_", "SMENA_IMAGE"))}
    assert {"SMENA_ALERT_QUARANTINE", "SMENA_LOAD_DEADLINE_MINUTES", "SMENA_AIRFLOW_URL"} <= set(
        re.findall(r"SMENA_\w+", HOW_TO)
    )


def test_every_dag_is_in_a_how_to_and_every_page_and_kind_of_alert_in_the_reference() -> None:
    dags = {path.stem for path in (REPOSITORY / "dags").glob("*.py")}
    listed = re.findall(r"for name in \((.*?)\) %}", NAVIGATION.read_text())
    pages = {message(name, context="page") for name in re.findall(r'"(\w+)"', listed[0])}
    assert len(dags) == 9
    assert len(pages) == 8
    reference = {page: (DOCS / "reference" / f"{page}.md").read_text() for page in ("pages", "alerts")}
    assert not {name for name in dags if f"`{name}`" not in HOW_TO}
    assert not {name for name in pages if f"## {name}\n" not in reference["pages"]}
    assert not {kind for kind in _SAID if f"`{kind}`" not in reference["alerts"]}


def test_every_page_is_linked_from_the_index_and_none_is_longer_than_a_sitting() -> None:
    index = DOCS / "README.md"
    linked = {
        (DOCS / target.partition("#")[0]).resolve() for target in re.findall(r"\]\(([^)\s]+)\)", index.read_text())
    }
    pages = {page for page in DOCS.rglob("*.md") if page.parent != DOCS / "adr" and page != index}
    of_schemas = {page for page in pages if page.parent.name == "warehouse" and page.name != "README.md"}
    assert len(pages) > 30
    assert sorted(page.relative_to(DOCS).as_posix() for page in pages - of_schemas - linked) == []
    made = {"commands.md", "dags.md", *(page.name for page in of_schemas)}
    assert {page.name: len(page.read_text().splitlines()) for page in pages if page.name not in made}
    assert [page.name for page in pages if page.name not in made and len(page.read_text().splitlines()) > 200] == []


def test_the_readmes_link_the_same_pages() -> None:
    links = [
        {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", (REPOSITORY / name).read_text())}
        for name in ("README.md", "README.ru.md")
    ]
    assert len(links[0]) > 12
    assert {link.replace(".ru.md", ".md") for link in links[0] - {"README.ru.md"}} == {
        link.replace(".ru.md", ".md") for link in links[1] - {"README.md"}
    }


def test_every_path_that_a_page_names_exists() -> None:
    """A path in backticks from the root of the repository, or of the package; `smena/` is the package in a wheel."""
    roots = [REPOSITORY, REPOSITORY / "plugins"]
    tops = {entry.name for root in roots for entry in root.iterdir() if not entry.name.startswith(".")}
    named = {
        (page.relative_to(REPOSITORY).as_posix(), code)
        for page in [*GUIDES, REPOSITORY / "CONTRIBUTING.md", REPOSITORY / "SECURITY.md"]
        for code in re.findall(r"`([\w.-]+(?:/[\w.-]+)+/?)`", page.read_text())
        if code.partition("/")[0] in tops
    }
    assert len(named) > 20
    assert sorted((page, code) for page, code in named if not any((root / code).exists() for root in roots)) == []


def test_every_module_that_the_architecture_names_exists() -> None:
    text = (DOCS / "explanation" / "architecture.md").read_text() + (DOCS / "explanation" / "compared.md").read_text()
    ours = re.findall(r"`((?:loading|planning|transform|matching|model|airflow|sources)/\w+\.py)`", text)
    assert len(ours) > 10
    assert [name for name in ours if not (NAVIGATION.parents[2] / name).exists()] == []


def test_every_room_is_in_the_architecture() -> None:
    text = (DOCS / "explanation" / "architecture.md").read_text()
    table = text.partition("## The rooms")[2].partition("## ")[0]
    named = {
        room
        for line in table.splitlines()
        for room in re.findall(r"`(\w+)`", line.split("|")[1] if "|" in line else "")
    }
    rooms = {path.parent.name for path in NAVIGATION.parents[2].glob("*/__init__.py")}
    assert len(rooms) > 15
    assert named == rooms


def test_every_option_of_the_bench_that_a_page_names_exists() -> None:
    pages = [*GUIDES, REPOSITORY / "bench" / "README.md"]
    named = set()
    for page in pages:
        text = page.read_text()
        named |= set(re.findall(r"python -m bench(?=[ `])[^`\n]*?(--[a-z-]+)[^`\n]*", text))
        named |= {
            one for call in re.findall(r"`python -m bench ([^`\n]*)`", text) for one in re.findall(r"--[a-z-]+", call)
        }
    table = (REPOSITORY / "bench" / "README.md").read_text()
    named |= set(re.findall(r"^\| `(--[a-z-]+)", table, re.MULTILINE))
    declared = set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', (REPOSITORY / "bench" / "__main__.py").read_text()))
    assert len(named) > 4
    assert named <= declared
