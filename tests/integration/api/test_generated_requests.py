"""Schemathesis sends generated requests to the API over HTTP, on a loaded warehouse, as a user who may decide."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp

from demo.ports import pick_free_port
from smena.decisions.conflicts import open_decisions
from smena.ui.auth import Rights
from tests.integration.api.client import PLACE, app_of
from tests.integration.api.test_api import own_sale
from tests.integration.decisions.deciding import MORE, Office
from tests.town import Town

pytest.importorskip("schemathesis", reason="no generated requests: Schemathesis is not installed")


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    port = pick_free_port(0)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_level="warning", access_log=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


def run(address: str, folder: Path, *, examples: int, known: dict[str, str]) -> dict[str, Any]:
    """Run all phases and all checks, and return the report. A failure ends the command with 1.

    `known` are values of parameters that requests have instead of generated ones.
    """
    values = "".join(f'"{name}" = "{value}"\n' for name, value in known.items())
    (folder / "schemathesis.toml").write_text(f"[parameters]\n{values}" if values else "", encoding="utf-8")
    report = folder / "report.json"
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{address}{PLACE}/v1/openapi.json",
        "--url", f"{address}{PLACE}", "--header", "Authorization: Bearer anna",
        "--phases", "examples,coverage,fuzzing,stateful", "--checks", "all", "--max-examples", str(examples),
        "--seed", "1", "--wait-for-schema", "20", "--request-timeout", "20", "--max-response-time", "5",
        # In place of a value that violates the schema a known one would be accepted.
        "--mode", "positive" if known else "all", "--report", "json", "--report-json-path",
        str(report), "--no-color", "--warnings", "off",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=1500)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-3_000:]
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    print(f"{found['test_cases']['generated']} requests, {found['running_time']:.0f} s")
    return found


@pytest.fixture
def office(town: Town) -> Office:
    """A town with an accepted and a revised order, and a decision that waits."""
    office = Office(town)
    order, shift = own_sale(office)
    office.accept(order)
    office.report_changed(shift, MORE)
    office.load_again()
    return office


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    with served(app_of(office.town.context, {"anna": Rights("anna", may_look=True, may_act=True)})) as found:
        yield found


@pytest.mark.parametrize("examples", [5, 200])
@pytest.mark.few_cases(1)
@pytest.mark.timeout(1800)
def test_no_generated_request_fails(address: str, tmp_path: Path, examples: int) -> None:
    report = run(address, tmp_path, examples=examples, known={})
    assert report["operations"]["tested"] == report["operations"]["total"] == 10
    assert report["test_cases"]["generated"] > 400


@pytest.mark.parametrize("examples", [5, 200])
@pytest.mark.few_cases(1)
@pytest.mark.timeout(1800)
def test_no_generated_request_about_what_is_there_fails(
    office: Office, address: str, tmp_path: Path, examples: int
) -> None:
    order, _ = own_sale(office)
    (waiting,) = office.waiting()
    known = {
        "query.inn": office.town.inn, "path.document_id": str(order["document_id"]),
        "path.shift_id": str(order["shift_id"]), "path.decision_id": str(waiting["decision_id"]),
    }  # fmt: skip
    report = run(address, tmp_path, examples=examples, known=known)
    reads = {name: phases for name, phases in report["valid_rates"].items() if name.startswith("GET")}
    assert len(reads) == 8
    for name, phases in reads.items():
        assert sum(phase["accepted"] for phase in phases.values()) > 0, name
    assert open_decisions(office.town.warehouse) == []
