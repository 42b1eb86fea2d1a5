-- Run by the bench: the truth of every till shift, for COPY.
create temporary table reported_till (
    till_shift text primary key,
    kkt_reg_id text,
    shift_number integer,
    outcome text not null,
    cash_income bigint not null,
    cash_refund bigint not null
)
