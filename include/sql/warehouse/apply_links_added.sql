-- Run by publish after apply_links_ended: add links that the sums of several shifts prove.
-- reads: change_link
insert into control.register_link (organization_inn, cashbox_id, kkt_reg_id, days, state, evidence, reason, decided_by)
select
    %(inn)s,
    change_link.cashbox_id,
    change_link.kkt_reg_id,
    daterange(change_link.first_day, change_link.end_day),
    'in_force',
    jsonb_build_object(
        'agreed', change_link.agreed,
        'compared', change_link.compared,
        'sums', change_link.sums,
        'first_day', change_link.evidence_first_day,
        'last_day', change_link.evidence_last_day
    ),
    'link_agreed '
    || jsonb_build_object('agreed', change_link.agreed, 'compared', change_link.compared)::text,
    'rule'
from change_link
where change_link.action = 'added'
