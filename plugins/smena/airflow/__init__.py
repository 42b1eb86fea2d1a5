"""The only room, with the pages, that imports Airflow: connections, hooks, tasks, roles, and what a watch is told."""
