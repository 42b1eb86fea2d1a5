"""The commands of the guides, run one after another as they are typed there, on an empty warehouse."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sandbox import OrganizationSpec, SandboxServer, SandboxSettings
from smena.warehouse.database import Warehouse
from tests.integration.cli.shop import MARCH, cli_of, kontur_as_json
from tests.town import head_of
from tests.unit.cli.commands import Cli
from tests.unit.cli.test_docs_commands import REPOSITORY, in_blocks

GUIDES = {
    "9601000019": ("first-connection", "off-and-on", "rehearse", "backup-and-restore"),
    "9600000009": ("compose",),
}
"""By the ИНН that their commands name, the pages of `docs/how-to` that are followed one after another."""

SECOND = "9601000026"
WORLD = replace(
    MARCH,
    first_day=date(2026, 1, 1),
    last_day=date(2026, 1, 12),
    organizations=tuple(map(OrganizationSpec, GUIDES)),
)
LOADED = ("--from", "2026-01-01", "--to", "2026-01-12")


@pytest.fixture(scope="module")
def kontur() -> Iterator[SandboxServer]:
    with SandboxServer(SandboxSettings(world=WORLD)) as sandbox:
        yield sandbox


def run(cli: Cli, line: str) -> None:
    """Run a line; the head signs what it wrote to be signed. Exit code 1 says that something waits for a person."""
    words = shlex.split(line, comments=True)[1:]
    # Its Airflow is another test's: tests/integration/cli/test_enabling_starts_loading.py.
    done = cli.here(*(word.replace("/exchange/", "") for word in words if word != "--start"))
    assert done.code in (0, 1), (line, done.err)
    text = Path(words[-1].replace("/exchange/", ""))
    if words[:2] in (["integration", "mandate"], ["integration", "ban"]):
        text.with_suffix(".p7s").write_bytes(head_of(words[words.index("--inn") + 1]).sign(text.read_bytes()))


@pytest.mark.parametrize(("inn", "pages"), GUIDES.items(), ids=["in an own Airflow", "in Compose"])
def test_the_commands_of_the_guides_work_as_they_are_typed(
    inn: str, pages: tuple[str, ...], new_warehouse: Callable[[], Warehouse], kontur: SandboxServer, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    cli = cli_of(new_warehouse().dsn, kontur_as_json(kontur.address))
    (tmp_path / "head.pem").write_bytes(head_of(inn).pem)
    run(cli, f"smena organization add --inn {SECOND} --kpp 960101001 --name Second --tariff uchetny")
    texts = [(REPOSITORY / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8") for page in pages]
    lines = [line for text in texts for line in in_blocks(text)]
    assert len(lines) >= 6
    for line in lines:
        if line == "smena verify proof.html":
            continue
        run(cli, line)
        if line.startswith("smena integration enable") and "2026-01-01" in line:
            # What the guides leave to Airflow: the load, and the proof that is verified after a restore.
            for rest in (f"load --inn {inn}", f"reconcile --inn {inn} {shlex.join(LOADED)}"):
                run(cli, f"smena {rest}")
            run(cli, f"smena certify --inn {inn} {shlex.join(LOADED)} --out proof.html")
            run(cli, "smena verify proof.html")
    loaded = cli.here("documents", "--inn", inn, "--json").data["documents"]
    assert {row["organization_inn"] for row in loaded} == {inn}
