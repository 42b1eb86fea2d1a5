-- Run by the bench: the accounting's tables with nothing on them, no key, no check and no trigger.
create schema bare;
create table bare.shift (like accounting.shift including defaults including generated);
create table bare.cash_order (like accounting.cash_order including defaults including generated);
