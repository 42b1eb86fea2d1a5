-- Run by `smena migrate` and by everyone who connects to the warehouse: what it has of the former version, which numbered
-- ПКО and РКО in one series. One row.
--
-- The catalog is read, not the tables: of these some may not exist, others may not be read by every login.
select
    exists (
        select from pg_catalog.pg_class
        inner join pg_catalog.pg_namespace on pg_class.relnamespace = pg_namespace.oid
        where pg_namespace.nspname = 'accounting' and pg_class.relname = 'cash_order'
    )
    and not exists (
        select from pg_catalog.pg_constraint
        inner join pg_catalog.pg_namespace on pg_constraint.connamespace = pg_namespace.oid
        where pg_namespace.nspname = 'accounting' and pg_constraint.conname = 'one_number_of_a_series'
    ) as has_one_series,
    exists(
        select from pg_catalog.pg_class
        inner join pg_catalog.pg_namespace on pg_class.relnamespace = pg_namespace.oid
        where pg_namespace.nspname = 'raw' and pg_class.relname = 'told_again'
    ) as has_second_readings
