"""The only room, with the pages, that imports Airflow: connections, hooks, tasks, roles, metrics and lineage."""
