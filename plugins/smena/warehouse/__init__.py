"""The warehouse: PostgreSQL, its migrations, loading by COPY, and the ledgers of what was done."""
