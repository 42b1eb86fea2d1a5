"""What the guides tell people to type is what the command line knows, and they name every command."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from smena.cli import main
from tests.unit.cli.written_commands import NotACommand, look_at, parse

REPOSITORY = Path(__file__).parents[3]
GUIDES = [REPOSITORY / "README.md", REPOSITORY / "README.ru.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
FENCES = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
OURS = re.compile(r"(?:\w+=\$\()?(?:\.venv/bin/smena|smena|docker compose run .*? cli) ")
PIPE = re.compile(r" \| .*")


def in_blocks(text: str) -> list[str]:
    """Every line of the shell that is a command of ours, as `smena …`."""
    lines = [line.strip() for how, block in FENCES.findall(text) for line in block.splitlines() if how == "sh"]
    return [f"smena {PIPE.sub('', line[start.end() :])}" for line in lines if (start := OURS.match(line))]


def in_prose(text: str) -> list[str]:
    """The commands in backquotes: `smena …`, a group with one of its commands, a command with an option."""
    quoted = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", FENCES.sub("", text))]
    groups = {name for name, command in main.commands.items() if isinstance(command, click.Group)}
    found = []
    for code in quoted:
        first, *rest = code.split(" ")
        if first == "smena" and rest:
            found.append(" ".join(rest))
        elif rest and (first in groups or (first in main.commands and "--" in code)):
            found.append(code)
    return found


def test_every_command_in_a_guide_exists() -> None:
    wrong = []
    for guide in GUIDES:
        text = guide.read_text()
        lines = [(parse, line) for line in in_blocks(text)] + [(look_at, code) for code in in_prose(text)]
        for read, line in lines:
            try:
                read(line)
            except NotACommand as error:
                wrong.append(f"{guide.relative_to(REPOSITORY)}: {line}: {error}")
    assert wrong == []


def test_commands_are_found_in_the_guides() -> None:
    counts = {
        guide.relative_to(REPOSITORY).as_posix(): (len(in_blocks(guide.read_text())), len(in_prose(guide.read_text())))
        for guide in GUIDES
    }
    assert sum(prose for name, (_, prose) in counts.items() if name.startswith("docs/how-to/")) > 50
    assert counts["docs/how-to/compose.md"][0] > 4
    tutorials = ["docs/tutorial/first-shift.md", "docs/tutorial/first-shift.ru.md"]
    english, russian = (in_blocks((REPOSITORY / name).read_text()) for name in tutorials)
    assert english == russian
    assert len(english) > 6


def test_every_command_is_in_a_how_to() -> None:
    text = "\n".join(page.read_text() for page in sorted((REPOSITORY / "docs" / "how-to").glob("*.md")))
    reported = " ".join([*in_prose(text), *in_blocks(text)])
    assert not [name for name in main.commands if not re.search(rf"\b{name}\b", reported)]


@pytest.mark.parametrize(
    "line",
    [
        "smena lead --inn 9601000019",
        "smena load --product ofd",
        "smena plan --inn 9601000010",
        "smena period",
        "smena resolve 7 keep-ofd",
    ],
    ids=["no such command", "an option is missing", "no such ИНН", "which one", "no reason"],
)
def test_a_command_that_would_be_refused_is_found(line: str) -> None:
    with pytest.raises(NotACommand):
        parse(line)


@pytest.mark.parametrize("code", ["quarantine forget ID", "load --inn … --day …"])
def test_words_that_the_command_line_does_not_know_are_found(code: str) -> None:
    with pytest.raises(NotACommand):
        look_at(code)
