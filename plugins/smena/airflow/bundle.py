"""The DAGs of the package as a bundle, for `[dag_processor] dag_bundle_config_list`."""

from __future__ import annotations

from typing import Any

from airflow.dag_processing.bundles.local import LocalDagBundle

from smena.model.resources import dags_directory


class SmenaDags(LocalDagBundle):
    """The folder that `smena dags --path` prints; it changes only with the package."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**{"path": str(dags_directory())} | rest)
