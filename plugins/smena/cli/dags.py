"""`smena dags`: the folder of the DAG files, for an Airflow that has the package installed."""

from __future__ import annotations

import click

from smena.cli.answer import Session
from smena.model.resources import dags_directory


@click.command()
@click.option("--path", "is_path", is_flag=True, help="Print the folder and nothing else.")
@click.pass_obj
def dags(session: Session, *, is_path: bool) -> None:
    """Show the folder of the DAG files, and the files."""
    folder = dags_directory()
    names = sorted(file.stem for file in folder.glob("*.py"))
    text = str(folder) if is_path else "\n".join([str(folder), *(f"  {name}" for name in names)])
    session.answer({"path": str(folder), "dags": names}, text)
