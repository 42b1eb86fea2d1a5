"""Schemathesis sends generated requests to the API over HTTP, on a loaded warehouse, as a user who may decide."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from demo.ports import pick_free_port
from smena.ui.auth import Rights
from tests.integration.api.client import PLACE, app_of
from tests.integration.api.test_api import own_sale
from tests.integration.decisions.deciding import MORE, Office
from tests.town import Town

pytest.importorskip("schemathesis", reason="no generated requests: Schemathesis is not installed")


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    port = pick_free_port(0)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


def run(address: str, report: Path, *, examples: int) -> dict[str, object]:
    """Run all phases and all checks; return the report. Every failure ends the command with 1."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{address}{PLACE}/v1/openapi.json",
        "--url", f"{address}{PLACE}", "--header", "Authorization: Bearer anna",
        "--phases", "examples,coverage,fuzzing,stateful", "--checks", "all", "--max-examples", str(examples),
        "--seed", "1", "--wait-for-schema", "20", "--request-timeout", "20", "--max-response-time", "5",
        "--report", "json", "--report-json-path", str(report), "--no-color", "--warnings", "off",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=report.parent, timeout=1500)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-3_000:]
    found: dict[str, object] = json.loads(report.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    """The API on a town with an accepted and a revised order, and a decision that waits."""
    office = Office(town)
    order, shift = own_sale(office)
    office.accept(order)
    office.report_changed(shift, MORE)
    office.load_again()
    with served(app_of(town.context, {"anna": Rights("anna", may_look=True, may_act=True)})) as found:
        yield found


@pytest.mark.parametrize("examples", [10, 200])
@pytest.mark.few_cases(1)
@pytest.mark.timeout(1800)
def test_no_generated_request_fails(address: str, tmp_path: Path, examples: int) -> None:
    report = run(address, tmp_path / "report.json", examples=examples)
    print(json.dumps(report)[:2000])
