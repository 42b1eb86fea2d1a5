"""deploy/prometheus/smena.rules.yml: its own tests by promtool, and the names of metrics and tags."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.repository import REPOSITORY
from smena.airflow.metrics import METRICS

FOLDER = REPOSITORY / "deploy" / "prometheus"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "smena.rules.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]  # fmt: skip
TESTS = yaml.safe_load((FOLDER / "smena.rules.test.yml").read_text(encoding="utf-8"))["tests"]
EXPECTED = [one for test in TESTS for one in test["alert_rule_test"]]
BY_NAME = {metric.in_prometheus: metric for metric in METRICS}
PROMTOOL = shutil.which("promtool")

with_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")


def promtool(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    assert PROMTOOL is not None
    return subprocess.run(
        [PROMTOOL, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip


@with_promtool
def test_each_alert_fires_when_it_should_and_not_otherwise() -> None:
    for arguments in (("check", "rules", "smena.rules.yml"), ("test", "rules", "smena.rules.test.yml")):
        done = promtool(*arguments, folder=FOLDER)
        assert done.returncode == 0, done.stdout + done.stderr


@with_promtool
@pytest.mark.parametrize("alert", [rule["alert"] for rule in RULES])
def test_the_tests_notice_an_alert_that_never_fires(alert: str, tmp_path: Path) -> None:
    never = [rule | {"expr": f"({rule['expr']}) and on() vector(1) < 0"} if rule["alert"] == alert else rule
             for rule in RULES]  # fmt: skip
    (tmp_path / "smena.rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "smena", "rules": never}]}))
    shutil.copy(FOLDER / "smena.rules.test.yml", tmp_path)
    assert promtool("test", "rules", "smena.rules.test.yml", folder=tmp_path).returncode != 0


def test_each_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    names = {rule["alert"] for rule in RULES}
    assert {one["alertname"] for one in EXPECTED if one["exp_alerts"]} == names
    assert {one["alertname"] for one in EXPECTED if not one["exp_alerts"]} == names - {"SmenaWatchdog"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_names_metrics_and_tags_that_smena_sends(rule: dict[str, Any]) -> None:
    names = re.findall(r"\bairflow_\w+", rule["expr"])
    assert set(names) <= set(BY_NAME)
    tags = {tag for name in names for tag in BY_NAME[name].tags}
    grouped = {tag for group in re.findall(r"\bby \(([^)]*)\)", rule["expr"]) for tag in group.split(", ")}
    chosen = {tag for group in re.findall(r"\{([^}]*)\}", rule["expr"]) for tag in re.findall(r"(\w+)=", group)}
    assert grouped | chosen <= tags | {"ended"}
    shown = {tag for text in rule["annotations"].values() for tag in re.findall(r"\$labels\.(\w+)", text)}
    assert shown <= grouped
