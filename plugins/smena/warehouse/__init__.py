"""The warehouse: PostgreSQL, its migrations, loading by COPY, the ledger of batches, and the stored evidence."""
