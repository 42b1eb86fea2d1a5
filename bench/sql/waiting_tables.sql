-- Run by the bench: where COPY puts what INSERT … ON CONFLICT takes.
create temporary table shift (like keyed.shift including generated) on commit drop;
create temporary table cash_order (like keyed.cash_order including generated) on commit drop;
