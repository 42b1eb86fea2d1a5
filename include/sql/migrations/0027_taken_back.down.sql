-- Run by `alembic downgrade`, revision 0027. Former statuses of Market documents have no place below it.
drop trigger document_status on accounting.market_document;
drop function accounting.check_market_document_status();
drop table accounting.market_document_status;

-- here: accounting.check_order_statuses.0011
comment on column accounting.cash_order.status_by is 'Who gave it its status: a person, or `rule`. Empty while it is new.';
