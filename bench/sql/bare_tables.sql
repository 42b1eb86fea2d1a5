-- Run by the bench: the tables of `accounting` without keys, checks and triggers.
create schema bare;
create table bare.shift (like accounting.shift including defaults including generated);
create table bare.cash_order (like accounting.cash_order including defaults including generated);
