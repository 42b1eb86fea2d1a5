"""All of Smena on one machine: an embedded PostgreSQL, the sandbox and a real Airflow.

`python -m demo up` starts everything and leaves it running; `python -m demo down` ends everything it started.
"""
