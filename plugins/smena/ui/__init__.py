"""The pages of Smena in the Airflow UI, rendered on the server, for users who may view and users who may decide."""
