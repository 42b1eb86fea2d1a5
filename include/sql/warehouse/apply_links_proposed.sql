-- Run by publish after apply_links_withdrawn: propose likely but uncertain links to a person.
-- reads: change_link
insert into control.register_link (organization_inn, cashbox_id, kkt_reg_id, days, state, evidence, reason, decided_by)
select
    %(inn)s,
    change_link.cashbox_id,
    change_link.kkt_reg_id,
    daterange(change_link.first_day, null),
    'proposed',
    jsonb_build_object(
        'agreed', change_link.agreed,
        'alike', change_link.alike,
        'compared', change_link.compared,
        'sums', change_link.sums,
        'first_day', change_link.evidence_first_day,
        'last_day', change_link.evidence_last_day
    ),
    'link_likely '
    || jsonb_build_object(
        'alike', change_link.alike, 'agreed', change_link.agreed, 'compared', change_link.compared
    )::text,
    'rule'
from change_link
where change_link.action = 'proposed'
on conflict (organization_inn, cashbox_id, kkt_reg_id) where state = 'proposed' do update
    set evidence = excluded.evidence, reason = excluded.reason
