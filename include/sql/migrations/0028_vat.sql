-- Run by `smena migrate`, revision 0028: whether receipts are read for the VAT that totals by shift do not tell.

alter table control.organization add column vat text not null default 'totals' check (vat in ('totals', 'exact'));
comment on column control.organization.vat is
'VAT of orders made of totals: `totals` knows it where all was paid in cash, `exact` reads the receipts of other shifts.';
