"""The API below a real api-server application of Airflow: its token opens it, its cookie and a forged token do not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.town import Town

ASK = """
import json, sys
from pathlib import Path
from airflow.utils.db import initdb
initdb()
from airflow.api_fastapi.app import create_app
from fastapi.testclient import TestClient

def ask(path, **how):
    answer = TestClient(app).request(how.pop("method", "GET"), "/smena/api/v1" + path, **how)
    try:
        return [answer.status_code, answer.json()]
    except ValueError:
        return [answer.status_code, answer.text[:200]]

app = create_app(apps="core")
passwords = json.loads(Path(sys.argv[1]).read_text())
with TestClient(app) as client:
    tokens = {}
    for name, password in passwords.items():
        given = client.post("/auth/token", json={"username": name, "password": password})
        tokens[name] = given.json()["access_token"]
bearer = {name: {"Authorization": "Bearer " + token} for name, token in tokens.items()}
mark = {"documents": [sys.argv[2]], "status": "accepted"}
print("\\n" + json.dumps({
    "anna": ask("/documents?limit=500", headers=bearer["anna"]),
    "boris": ask("/documents?limit=500", headers=bearer["boris"]),
    "nobody": ask("/documents"),
    "forged": ask("/documents", headers={"Authorization": "Bearer " + tokens["anna"][:-8] + "AAAAAAAA"}),
    "cookie": ask("/documents", headers={"Cookie": "_token=" + tokens["anna"]}),
    "cookie marks": ask("/document-statuses", method="POST", json=mark, headers={"Cookie": "_token=" + tokens["anna"]}),
    "viewer marks": ask("/document-statuses", method="POST", json=mark, headers=bearer["boris"]),
    "anna marks": ask("/document-statuses", method="POST", json=mark, headers=bearer["anna"]),
    "page": TestClient(app).get("/smena/documents", headers=bearer["anna"]).status_code,
}))
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_token_of_airflow_opens_the_api_and_nothing_else_does(town: Town, tmp_path: Path) -> None:
    own = {str(row["document_id"]) for row in town.orders() if row["organization_inn"] == town.inns[0]}
    passwords = tmp_path / "passwords.json"
    passwords.write_text(json.dumps({"anna": "secret of anna", "boris": "secret of boris"}), encoding="utf-8")
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "anna:user,boris:viewer",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__API__SECRET_KEY": "a secret of the tests that is long enough",
        "AIRFLOW__API_AUTH__JWT_SECRET": "another secret of the tests that is long enough for it",
        "AIRFLOW_CONN_WAREHOUSE": town.warehouse.dsn.replace("postgresql://", "postgres://"),
    }
    command = [sys.executable, "-c", ASK, str(passwords), min(own)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr[-4000:]
    answers = json.loads(done.stdout.strip().splitlines()[-1])
    status, shown = answers["anna"]
    assert (status, {one["document_id"] for one in shown["items"]}) == (200, own)
    status, shown = answers["boris"]
    assert (status, {one["organization_inn"] for one in shown["items"]}) == (200, {town.inns[1]})
    for who in ("nobody", "forged", "cookie", "cookie marks"):
        assert answers[who][0] == 401, (who, answers[who])
        assert answers[who][1]["type"] == "urn:smena:problem:not_authenticated"
    assert answers["viewer marks"][0] == 403
    assert answers["anna marks"] == [200, {"status": "accepted", "changed": 1}]
    assert answers["page"] == 200
