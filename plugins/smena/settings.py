"""Settings: the variable `SMENA_…`, else the option of that name in the section `[smena]` of Airflow's configuration.

The provider describes that section to Airflow (`smena.provider`). The command line does not import Airflow, which would
cost it seconds: there the option is read as Airflow reads it, from `AIRFLOW__SMENA__…` or from `airflow.cfg`.
"""

from __future__ import annotations

import os
import sys
from configparser import ConfigParser
from configparser import Error as ConfigError
from pathlib import Path
from typing import Any

SECTION = "smena"
PREFIX = "SMENA_"


def setting(variable: str) -> str:
    """The value of a setting by the name of its variable, without spaces around it; empty where it is not set."""
    told = os.environ.get(variable, "").strip()
    if told:
        return told
    option = variable.removeprefix(PREFIX).lower()
    airflow = sys.modules.get("airflow.configuration")
    return _of_airflow(airflow.conf, option) if airflow else _of_files(option)


def _of_airflow(conf: Any, option: str) -> str:
    return str(conf.get(SECTION, option, fallback="") or "").strip()


def _of_files(option: str) -> str:
    told = os.environ.get(f"AIRFLOW__{SECTION.upper()}__{option.upper()}", "").strip()
    return told or _of_file(_configuration_file(), option)


def _configuration_file() -> Path:
    home = os.environ.get("AIRFLOW_HOME") or "~/airflow"
    return Path(os.environ.get("AIRFLOW_CONFIG") or Path(home, "airflow.cfg")).expanduser()


def _of_file(path: Path, option: str) -> str:
    read = ConfigParser(interpolation=None, strict=False)
    try:
        read.read(path, encoding="utf-8")
    except (ConfigError, UnicodeDecodeError):
        # Airflow says what is wrong with its file; a command that may not need it goes on.
        return ""
    return read.get(SECTION, option, fallback="").strip()
