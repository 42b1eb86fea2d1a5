"""The provider information of the package fits Airflow's own schema, and lacks nothing that the code reads."""

from __future__ import annotations

import json
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from airflow.sdk import BaseHook

from smena.airflow.connections import KINDS
from smena.airflow.provider import get_provider_info
from tests.unit.deploy.readers import read_by

INFO = get_provider_info()
TYPES: list[dict[str, Any]] = INFO["connection-types"]


def test_it_fits_airflows_schema() -> None:
    schema = json.loads(files("airflow").joinpath("provider_info.schema.json").read_text())
    jsonschema.validate(INFO, schema)


def test_the_entry_points_lead_to_the_plugin_and_to_this() -> None:
    (provider,) = [
        one for one in entry_points(group="apache_airflow_provider") if one.dist and one.dist.name == "smena"
    ]
    assert provider.load() is get_provider_info
    (plugin,) = [one for one in entry_points(group="airflow.plugins") if one.dist and one.dist.name == "smena"]
    assert plugin.load().name == "smena_desk"
    # Twice would be an error of import.
    assert "plugins" not in INFO


@pytest.mark.parametrize("text", TYPES, ids=lambda text: str(text["connection-type"]))
def test_each_connection_type_has_its_hook(text: dict[str, Any]) -> None:
    module, _, name = text["hook-class-name"].rpartition(".")
    hook = getattr(import_module(module), name)
    assert issubclass(hook, BaseHook)
    assert hook.conn_type == text["connection-type"] == hook.default_conn_name
    assert hook.conn_name_attr == f"{text['connection-type']}_conn_id"
    assert hook.hook_name == text["hook-name"]
    assert module in INFO["hooks"][0]["python-modules"]
    assert hook.conn_type in KINDS


def test_every_setting_is_an_option_of_the_section() -> None:
    read = {name.removeprefix("SMENA_").lower() for name in read_by() if name.startswith("SMENA_")}
    options = INFO["config"]["smena"]["options"]
    assert set(options) == read
    assert {name for name, option in options.items() if option.get("sensitive")} == {
        "airflow_password",
        "airflow_token",
    }
    defaults = {name: (option["type"], option["default"]) for name, option in options.items() if option["default"]}
    assert defaults == {
        "alert_quarantine": ("integer", "0"),
        "load_deadline_minutes": ("integer", "120"),
        "same_day": ("string", "daily"),
    }


def test_secrets_of_a_connection_are_fields_of_passwords() -> None:
    (ofd,) = [entry for entry in TYPES if entry["connection-type"] == "kontur_ofd"]
    fields = ofd["conn-fields"]
    assert {name for name, field in fields.items() if field["schema"].get("format") == "password"} == {"api_key"}


def test_the_bundle_is_the_folder_that_the_command_prints() -> None:
    (module,) = INFO["bundles"][0]["python-modules"]
    from smena.model.resources import dags_directory

    assert import_module(module).SmenaDags(name="smena").path == dags_directory()
