-- Run by the bench: temporary tables into which COPY loads the rows for INSERT … ON CONFLICT.
create temporary table shift (like keyed.shift including generated) on commit drop;
create temporary table cash_order (like keyed.cash_order including generated) on commit drop;
