"""The package's description for Airflow: the entry point `apache_airflow_provider`. It imports almost nothing."""

from __future__ import annotations

from typing import Any

from smena.model.settings import Setting, all_settings

_VERSION_ADDED = "0.1.0"


def get_provider_info() -> dict[str, Any]:
    """Return connection types with their forms, hooks, the DAG bundle and the section `[smena]` of the configuration.

    The plugin is not among them: it has an entry point of its own, and Airflow rejects a plugin that comes twice.
    """
    return {
        "package-name": "smena",
        "name": "Smena",
        "description": "Closed shifts of Kontur.OFD and sales of Kontur.Market become cash orders in accounting.",
        "integrations": [
            {
                "integration-name": "Kontur",
                "external-doc-url": "https://developer.kontur.ru/",
                "tags": ["service"],
            }
        ],
        "hooks": [{"integration-name": "Kontur", "python-modules": ["smena.airflow.hooks"]}],
        "bundles": [{"integration-name": "Kontur", "python-modules": ["smena.airflow.bundle"]}],
        "connection-types": [_OFD, _MARKET],
        "config": {
            "smena": {
                "description": "Settings of Smena.",
                "options": {one.option: _option(one) for one in all_settings()},
            }
        },
    }


def _text(label: str, description: str, *, secret: bool = False, default: str | None = None) -> dict[str, Any]:
    """A text field of a connection's form, which may be left empty."""
    schema: dict[str, Any] = {"type": ["string", "null"]}
    if secret:
        schema["format"] = "password"
    if default is not None:
        schema["default"] = default
    return {"label": label, "description": description, "schema": schema}


_OFD: dict[str, Any] = {
    "connection-type": "kontur_ofd",
    "hook-class-name": "smena.airflow.hooks.KonturOfdHook",
    "hook-name": "Kontur.OFD",
    "ui-field-behaviour": {
        "hidden-fields": ["schema"],
        "relabeling": {"host": "Address of the data", "login": "Login (e-mail)"},
        "placeholders": {"host": "https://ofd-api.kontur.ru", "login": "empty where a certificate logs in"},
    },
    "conn-fields": {
        "api_key": _text("Integrator's key", "The key of the integrator, which Kontur issues.", secret=True),
        "auth_base_url": _text("Address of the login", "Where to log in.", default="https://api.kontur.ru"),
        "certificate_file": _text(
            "Certificate file", "To log in by certificate: the path of a PEM file on every worker and the API server."
        ),
        "private_key_file": _text("Private key file", "The path of the certificate's private key, PEM."),
    },
}

_MARKET: dict[str, Any] = {
    "connection-type": "kontur_market",
    "hook-class-name": "smena.airflow.hooks.KonturMarketHook",
    "hook-name": "Kontur.Market",
    "ui-field-behaviour": {
        "hidden-fields": ["login", "schema", "extra"],
        "relabeling": {"host": "Address", "password": "Key"},
        "placeholders": {"host": "https://api.kontur.ru/market"},
    },
}


def _option(one: Setting[Any]) -> dict[str, Any]:
    """A setting in the form of Airflow's configuration reference."""
    shown = {
        "description": f"{one.meaning} The variable {one.variable} goes before it.",
        "version_added": _VERSION_ADDED,
        "type": one.kind.of_airflow,
        "example": one.example or None,
        "default": str(one.default) if one.default not in (None, "") else None,
    }
    return shown | ({"sensitive": True} if one.is_secret else {})
