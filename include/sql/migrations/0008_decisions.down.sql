-- Run by `alembic downgrade`, revision 0008. What was decided stays decided, but nothing tells by whom any more.

drop trigger changed_shifts on accounting.shift;
drop trigger new_shifts on accounting.shift;
drop trigger order_statuses on accounting.cash_order;
drop trigger status_is_signed on accounting.cash_order;
drop trigger orders_begin on accounting.cash_order;
drop trigger decision_is_kept on control.decision;
drop trigger decision_guard on control.decision;
drop trigger closed_period_history on control.closed_period;
drop trigger closed_period_stays on control.closed_period;
drop trigger closed_period_guard on control.closed_period;
drop function accounting.check_changed_shifts();
drop function accounting.check_new_shifts();
drop function accounting.is_booked(text);
drop function accounting.check_order_statuses();
drop function accounting.sign_status();
drop function accounting.check_orders_begin();
drop function control.guard_decision();
drop function control.open_period(text, date, text, text);
drop function control.keep_closed_period_history();
drop function control.guard_closed_period();

drop function accounting.late_by(timestamp, timestamp, text);
alter table accounting.shift_history drop column late_by, drop column decision_id;
alter table accounting.shift drop column late_by, drop column decision_id;
alter table accounting.cash_order_history
drop column issue, drop column status_by, drop column status_at, drop column status_reason,
drop column issued_decision_id, drop column reversed_decision_id, drop column reversed_on;
alter table accounting.cash_order drop constraint a_decision_reverses;
drop index accounting.cash_order_of_shift;
alter table accounting.cash_order
drop column issue, drop column status_by, drop column status_at, drop column status_reason,
drop column issued_decision_id, drop column reversed_decision_id, drop column reversed_on;
drop function accounting.order_id(uuid, text, text, boolean, integer);

-- here: accounting.keep_shift_history.0003

-- here: accounting.check_changed_orders.0003

delete from control.decision
where decision.kind = 'review' or decision.state = 'resolved';
drop index control.decision_of_shift;
drop index control.one_open_decision;
alter table control.decision drop constraint a_resolution_is_signed;
alter table control.decision
drop column proposal, drop column resolution, drop column resolved_by, drop column resolved_at,
drop column resolution_reason;
comment on column control.decision.digest is null;
alter table control.decision add constraint decision_shift_id_kind_digest_key unique (shift_id, kind, digest);
alter table control.decision drop constraint decision_kind_check;
alter table control.decision add constraint decision_kind_check check (kind in ('conflict', 'duplicate'));

drop table control.closed_period_history;
alter table control.closed_period drop column reason;
