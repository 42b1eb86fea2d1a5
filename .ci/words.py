"""One word for one thing: exit 1 where code or text uses a word that `.ci/words.tsv` replaces.

A row of the table is a pattern, its scope (`identifier`, `prose` or `both`), the replacement and the reason. In an
identifier a pattern matches whole words: `told` is found in `told_shift` and in `ToldShift`, not in `toldest`. In prose
it matches whole words too, in upper or lower case, and a space of it any white space. The name of a test is prose.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
OWN_TESTS = "tests/unit/ci/test_words.py"
AREAS = (
    "plugins",
    "include",
    "dags",
    "docs",
    "demo",
    "sandbox",
    "bench",
    "config",
    "tests",
    "README*.md",
    "CONTRIBUTING*",
)
SCOPES = {"identifier": ("identifier",), "prose": ("prose",), "both": ("identifier", "prose")}

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_PYTHON_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_SQL = re.compile(r"(?P<prose>--[^\n]*|/\*.*?\*/|'(?:[^']|'')*')|(?P<name>[A-Za-z_]\w*)", re.DOTALL)
_WEB = re.compile(r"(?P<prose>\{#.*?#\}|<!--.*?-->|/\*.*?\*/|(?<!:)//[^\n]*)|(?P<name>[A-Za-z_][\w-]*)", re.DOTALL)
_CODE_SPAN = re.compile(r"`([^`\n]+)`")

Piece = tuple[int, str, str]
"""A line, the scope (`identifier` or `prose`) and a text."""


@dataclass(frozen=True)
class Word:
    """A row of the table."""

    pattern: str
    scopes: tuple[str, ...]
    replacement: str
    reason: str

    @property
    def anywhere(self) -> str:
        """The pattern with any white space for a space."""
        return f"(?:{self.pattern})".replace(" ", r"\s+")

    def found(self, scope: str, text: str) -> list[tuple[int, str]]:
        """Where the text uses the word: the lines below the first one, and the words as they are written."""
        if scope not in self.scopes:
            return []
        if scope == "identifier":
            match = re.search(rf"(?:^|_)({self.pattern})(?:_|$)", snake_case(text))
            return [(0, text)] if match else []
        matches = re.finditer(rf"\b{self.anywhere}\b", text, re.IGNORECASE)
        return [(text.count("\n", 0, match.start()), " ".join(match[0].split())) for match in matches]


def read_table(text: str) -> list[Word]:
    """The rows of a table. Raises ValueError for a row of another form."""
    words = []
    for line in text.splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) != len(("pattern", "scope", "replacement", "reason")) or cells[1] not in SCOPES:
            raise ValueError(f"words.tsv: {line!r} is not `pattern, scope, replacement, reason`, separated by tabs")
        words.append(Word(cells[0], SCOPES[cells[1]], cells[2], cells[3]))
    return words


def snake_case(identifier: str) -> str:
    """`ToldShift`, `TOLD_SHIFT` and `told-shift` as `told_shift`."""
    return "_".join(_WORDS.findall(identifier)).lower()


def of_python(text: str) -> Iterator[Piece]:
    """Names, and comments and strings. A string that is one name, such as that of a column, is an identifier."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        line = token.start[0]
        if token.type == tokenize.NAME:
            yield _name(line, token.string)
        elif token.type == tokenize.COMMENT:
            yield line, "prose", token.string
        elif token.type == tokenize.STRING:
            content = token.string.lstrip("rbfuRBFU").strip("\"'")
            if _PYTHON_NAME.fullmatch(content):
                yield from (_name(line, part) for part in content.split("."))
            else:
                yield line, "prose", token.string


def of_markdown(text: str) -> Iterator[Piece]:
    """Prose, and the names between backticks."""
    yield 1, "prose", text
    for number, line in enumerate(text.splitlines(), 1):
        for span in _CODE_SPAN.findall(line):
            yield from ((number, "identifier", name) for name in _NAME.findall(span) if "_" in name)


def of_other(text: str, pattern: re.Pattern[str]) -> Iterator[Piece]:
    """What a pattern with the groups `prose` and `name` finds, for SQL, templates, style sheets and scripts."""
    for match in pattern.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield (line, "prose", match["prose"]) if match["prose"] else (line, "identifier", match["name"])


def pieces(path: str, text: str) -> Iterator[Piece]:
    """The pieces of a file by its suffix, and its own name. A file of another kind has none."""
    suffix = Path(path).suffix
    if suffix in (".py", ".sql", ".css", ".js", ".html"):
        yield _name(1, Path(path).stem)
    if suffix == ".py":
        yield from of_python(text)
    elif suffix == ".md":
        yield from of_markdown(text)
    elif suffix in (".sql", ".css", ".js", ".html"):
        yield from of_other(text, _SQL if suffix == ".sql" else _WEB)


def check(path: str, text: str, words: list[Word]) -> list[str]:
    """A line for each use of a word of the table."""
    any_word = {
        scope: re.compile("|".join(word.anywhere for word in words if scope in word.scopes) or r"(?!)", re.IGNORECASE)
        for scope in SCOPES["both"]
    }
    lines = {
        (first + below, found, word.replacement)
        for first, scope, piece in pieces(path, text)
        if any_word[scope].search(snake_case(piece) if scope == "identifier" else piece)
        for word in words
        for below, found in word.found(scope, piece)
    }
    return [f"{path}:{line}: {found} -> use {replacement}" for line, found, replacement in sorted(lines)]


def _name(line: int, name: str) -> Piece:
    return (line, "prose", name.replace("_", " ")) if name.startswith("test_") else (line, "identifier", name)


def main() -> int:
    """Prints each use in the repository; 1 where there is one."""
    words = read_table((HERE / "words.tsv").read_text(encoding="utf-8"))
    command = ["git", "ls-files", *AREAS]
    listed = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=True)  # noqa: S603 - own arguments
    lines = []
    for path in listed.stdout.splitlines():
        if (
            path != OWN_TESTS
            and Path(path).suffix in (".py", ".md", ".sql", ".css", ".js", ".html")
            and (HERE.parent / path).is_file()
        ):
            lines += check(path, (HERE.parent / path).read_text(encoding="utf-8"), words)
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
