-- Run by resolve, where several decisions are resolved in one transaction: the orders that the one before made.
drop table if exists wanted_order
