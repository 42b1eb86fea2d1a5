-- Run by publish after the decision: tables of changes to apply, with keys and decisions only. Contents come from the
-- stage. Existing tables are dropped first, because a transaction may apply several answers. In the headers of
-- statements `makes:` names the temporary tables that a statement creates, and `reads:` those that it reads.
-- makes: rejected_row, decided, change_shift, booked_shift, moved_shift, change_order, proposed_order
-- makes: closing_decision, opening_decision, recommendation, change_link
do $$
begin
    drop table if exists
    pg_temp.rejected_row, pg_temp.decided, pg_temp.change_shift, pg_temp.booked_shift, pg_temp.moved_shift,
    pg_temp.change_order, pg_temp.proposed_order, pg_temp.closing_decision, pg_temp.opening_decision,
    pg_temp.recommendation,
    pg_temp.change_link;
    create temporary table rejected_row (place text not null, reason text not null) on commit drop;
    create temporary table decided (shift_id uuid not null, verdict text not null) on commit drop;
    create temporary table change_shift (
        shift_id uuid not null,
        place text,
        action text not null,
        outcome text not null,
        reason text,
        same_as uuid,
        kpp text,
        revision integer,
        -- For a person's answer: the decision, and the day of the orders that it may issue.
        decision_id bigint,
        day date
    ) on commit drop;
    create temporary table booked_shift (
        shift_id uuid not null, is_first boolean not null, is_booked boolean not null, reason text
    ) on commit drop;
    create temporary table moved_shift (till_id uuid not null, fiscal_id uuid not null) on commit drop;
    create temporary table change_order (
        action text not null,
        document_id uuid,
        shift_id uuid not null,
        operation text not null,
        taxation text not null,
        agent boolean not null,
        issue integer not null,
        reason text,
        revision integer,
        decision_id bigint
    ) on commit drop;
    create temporary table proposed_order (
        shift_id uuid not null,
        kind text not null,
        operation text not null,
        taxation text not null,
        agent boolean not null,
        day date not null,
        amount bigint not null,
        vat bigint,
        vat_by_rate jsonb,
        debit_account text not null,
        credit_account text not null,
        basis text not null
    ) on commit drop;
    create temporary table closing_decision (
        decision_id bigint not null, resolution text not null, reason text not null
    ) on commit drop;
    create temporary table opening_decision (
        kind text not null,
        shift_id uuid not null,
        counterpart_id uuid,
        digest text not null,
        reason text not null,
        is_own boolean not null,
        is_resolved boolean not null
    ) on commit drop;
    create temporary table recommendation (
        kind text not null, shift_id uuid not null, word text, reason text not null
    ) on commit drop;
    create temporary table change_link (
        action text not null,
        register_link_id bigint,
        cashbox_id text,
        kkt_reg_id text,
        first_day date,
        end_day date,
        agreed integer,
        alike integer,
        compared integer,
        sums integer,
        evidence_first_day date,
        evidence_last_day date
    ) on commit drop;
end
$$
