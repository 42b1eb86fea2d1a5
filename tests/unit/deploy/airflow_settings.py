"""Which `AIRFLOW__SECTION__OPTION` there are: Airflow's own, and those of providers."""

from __future__ import annotations

from importlib import util
from pathlib import Path

import yaml

# The options that we set, as the providers of these versions know them (`get_provider_info.py` inside each). Two are
# not installed where the tests run: look again when a version changes.
PROVIDERS = {
    "apache-airflow-providers-celery==3.26.0": {
        "celery": {"broker_url", "result_backend", "worker_concurrency"},
        "celery_broker_transport_options": {"visibility_timeout"},
    },
    "apache-airflow-providers-fab==3.10.2": {"fab": {"config_file"}},
    "apache-airflow-providers-openlineage==2.20.3": {"openlineage": {"transport", "namespace"}},
}


def known_options() -> dict[str, set[str]]:
    """By section: every option of the installed Airflow, and those of the providers that we set."""
    spec = util.find_spec("airflow")
    assert spec is not None
    assert spec.submodule_search_locations
    template = Path(spec.submodule_search_locations[0]) / "config_templates" / "config.yml"
    fields = {section: set(about["options"] or {}) for section, about in yaml.safe_load(template.read_text()).items()}
    for sections in PROVIDERS.values():
        fields |= sections
    return fields


def unknown(names: set[str]) -> set[str]:
    """Those of the names that no Airflow would look at."""
    known = known_options()
    fields = {name: name.lower().split("__")[1:] for name in names}
    return {name for name, (section, option) in fields.items() if option not in known.get(section, set())}
