"""The desk: pages in the Airflow UI for those who watch and those who decide. Server-rendered and guarded."""
