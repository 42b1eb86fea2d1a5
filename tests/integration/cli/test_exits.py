"""Every exit code of a command is in the help and the guide, and occurs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest

from demo.repository import REPOSITORY
from smena.cli.exits import BROKEN_PIPE, EXIT_CODES, INTERRUPTED
from smena.model import errors
from tests.integration.cli.shop import Shop
from tests.unit.cli.commands import Cli


def errors_of_ours(above: type[errors.SmenaError] = errors.SmenaError) -> set[type[errors.SmenaError]]:
    return {above}.union(*(errors_of_ours(one) for one in above.__subclasses__()))


def test_the_help_and_the_reference_name_every_code() -> None:
    output = " ".join(Cli({}).here("--help").out.split())
    page = (REPOSITORY / "docs" / "reference" / "commands.md").read_text()
    table = page.partition("## Exit codes")[2].partition("\n#")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == set(EXIT_CODES)
    for code, what in EXIT_CODES.items():
        assert f"{code} {what}" in output
        assert f"| {code} | {what} |" in table


def test_every_error_of_ours_has_a_documented_code() -> None:
    assert {one.exit_code for one in errors_of_ours()} <= set(EXIT_CODES)


def test_an_unforeseen_error_is_one_line_and_exit_70(loaded: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise TypeError("unsupported operand\nand a second line")

    monkeypatch.setattr("smena.cli.documents.table", broken)
    done = loaded.cli.here("documents", "--inn", loaded.inn, "--json")
    assert (done.code, "Traceback" in done.err) == (70, False)
    assert done.error == "TypeError: unsupported operand (--debug shows where)"
    assert done.data == {"error": done.error, "exit_code": 70}
    assert "Traceback" in loaded.cli.here("documents", "--inn", loaded.inn, "--debug").err


def test_an_interruption_anywhere_is_exit_130(loaded: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    ended: list[int] = []

    def end(code: int) -> None:
        ended.append(code)
        raise SystemExit(code)

    monkeypatch.setattr("os._exit", end)
    monkeypatch.setattr("smena.cli.documents.table", interrupted)
    done = loaded.cli.here("documents", "--inn", loaded.inn)
    assert (done.code, ended) == (INTERRUPTED, [INTERRUPTED])
    assert done.error == "interrupted; run again, nothing is lost"


def test_an_interruption_while_the_program_starts_is_no_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "smena", "--help"],
        env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if "smena.model.errors" in line:
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert process.returncode in (0, INTERRUPTED)


@pytest.mark.parametrize(
    "words", [("documents", "--inn", "{inn}"), ("documents", "--inn", "{inn}", "--json"), ("--help",)]
)
def test_an_answer_that_nobody_reads_is_exit_141(loaded: Shop, words: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        [sys.executable, "-m", "smena", *(word.format(inn=loaded.inn) for word in words)],
        env=os.environ | loaded.cli.connections,
        stdout=write, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(write)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (BROKEN_PIPE, "")


@pytest.mark.parametrize("charset", ["ascii", "cp1251", "koi8-r"])
def test_a_terminal_of_another_charset_makes_no_command_fail(loaded: Shop, charset: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smena", "documents", "--inn", loaded.inn],
        env=os.environ | loaded.cli.connections | {"PYTHONIOENCODING": charset},
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
