"""Every setting of this installation, with its type, its default and its meaning: `SETTINGS.alert_quarantine`.

The value of a setting is the variable `SMENA_…`, else the option of that name in the section `[smena]` of Airflow's
configuration, which `smena.airflow.provider` describes to Airflow. The command line does not import Airflow, which
would take seconds: it reads the option from `AIRFLOW__SMENA__…` or `airflow.cfg`, as Airflow does.
`make docs` makes `docs/reference/settings.md` from this module.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from smena.model.errors import WrongUse

SECTION = "smena"
PREFIX = "SMENA_"
MOST = 1_000_000
DAILY, HOURLY = "daily", "hourly"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """The type of a setting's values.

    Attributes:
        read: parses a text; raises ValueError for an invalid one.
        words: describes such a text to a person: `a day like 2025-11-30`.
        of_airflow: the type in Airflow's configuration reference.
    """

    read: Callable[[str], T]
    words: str
    of_airflow: str = "string"


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A setting. Each access reads it anew, so that a wrong value stops only the work that needs it.

    Attributes:
        variable: the name of its environment variable, which takes precedence over the option.
        default: the value where nothing is set.
        meaning: a sentence about its effect, for the person who sets it.
        is_secret: whether its value must not be shown.
    """

    variable: str
    kind: Kind[T]
    default: T
    meaning: str
    example: str = ""
    is_secret: bool = False

    @property
    def option(self) -> str:
        """Its name in the section `[smena]`."""
        return self.variable.removeprefix(PREFIX).lower()

    @overload
    def __get__(self, settings: None, owner: type) -> Setting[T]: ...

    @overload
    def __get__(self, settings: object, owner: type) -> T: ...

    def __get__(self, settings: object | None, owner: type) -> Setting[T] | T:
        return self if settings is None else self.value()

    def value(self) -> T:
        """Return its value, else its default. Raises WrongUse, which names where it is set, but not the value."""
        text, place = _found(self)
        if not text:
            return self.default
        try:
            return self.kind.read(text)
        except ValueError:
            # The parser's message repeats the text, which may be a misplaced secret.
            pass
        raise WrongUse(f"{place} is not {self.kind.words}", fix=f"give it like {self.example}" if self.example else "")


def _whole_number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,7}", text) or int(text) > MOST:
        raise ValueError
    return int(text)


def _day(text: str) -> date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError
    return date.fromisoformat(text)


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError
    return text


def _how_often(text: str) -> str:
    if text not in (DAILY, HOURLY):
        raise ValueError
    return text


WHOLE_NUMBER = Kind(_whole_number, f"a whole number from 0 to {MOST}", "integer")
DAY: Kind[date | None] = Kind(_day, "a day like 2025-11-30")
ADDRESS = Kind(_address, "http or https")
TEXT = Kind(str, "a text")
HOW_OFTEN = Kind(_how_often, "daily or hourly")


class Settings:
    """The settings of this installation. An attribute of the class is a `Setting`, of `SETTINGS` its value."""

    alert_quarantine = Setting(
        "SMENA_ALERT_QUARANTINE",
        WHOLE_NUMBER,
        0,
        "How many records of a product may wait in quarantine before an alert says so.",
        example="20",
    )
    load_deadline_minutes = Setting(
        "SMENA_LOAD_DEADLINE_MINUTES",
        WHOLE_NUMBER,
        120,
        "Minutes after which an alert is sent of a daily load that has not ended.",
        example="90",
    )
    schedule_from = Setting(
        "SMENA_SCHEDULE_FROM",
        DAY,
        None,
        "The first day of the daily DAGs' schedule; days that are past are then run one after another.",
        example="2026-01-01",
    )
    same_day = Setting(
        "SMENA_SAME_DAY",
        HOW_OFTEN,
        DAILY,
        "`hourly` books closed shifts of today within the hour; `daily` books them the next morning.",
        example="hourly",
    )
    archive = Setting(
        "SMENA_ARCHIVE",
        TEXT,
        "",
        "The folder or the address (`s3://bucket/path`) to which the responses of closed months are moved.",
        example="/mnt/archive",
    )
    airflow_url = Setting(
        "SMENA_AIRFLOW_URL",
        ADDRESS,
        "",
        "Airflow's address, where the command line starts loading when an integration is switched on.",
        example="https://airflow.example.org",
    )
    airflow_user = Setting("SMENA_AIRFLOW_USER", TEXT, "", "The user of Airflow as whom it does so.")
    airflow_password = Setting("SMENA_AIRFLOW_PASSWORD", TEXT, "", "The password of that user.", is_secret=True)
    airflow_token = Setting(
        "SMENA_AIRFLOW_TOKEN", TEXT, "", "A token of Airflow's REST API, in place of user and password.", is_secret=True
    )


SETTINGS = Settings()


def all_settings() -> list[Setting[Any]]:
    """Return every setting, in the order of `Settings`."""
    return [one for one in vars(Settings).values() if isinstance(one, Setting)]


def _found(one: Setting[Any]) -> tuple[str, str]:
    """The stripped text of a setting, empty where it is not set, and the name of the place where it is set."""
    text = os.environ.get(one.variable, "").strip()
    if text:
        return text, one.variable
    airflow = sys.modules.get("airflow.configuration")
    if airflow:
        text = str(airflow.conf.get(SECTION, one.option, fallback="") or "").strip()
    else:
        variable = f"AIRFLOW__{SECTION.upper()}__{one.option.upper()}"
        text = os.environ.get(variable, "").strip()
        if text:
            return text, variable
        text = _of_file(_configuration_file(), one.option)
    return text, f"{one.option} in [{SECTION}] of Airflow's configuration"


def _configuration_file() -> Path:
    home = os.environ.get("AIRFLOW_HOME") or "~/airflow"
    return Path(os.environ.get("AIRFLOW_CONFIG") or Path(home, "airflow.cfg")).expanduser()


def _of_file(path: Path, option: str) -> str:
    read = ConfigParser(interpolation=None, strict=False)
    try:
        read.read(path, encoding="utf-8")
    except (ConfigError, UnicodeDecodeError):
        # Airflow reports the fault of its own file; a command that may not need the file goes on.
        return ""
    return read.get(SECTION, option, fallback="").strip()
