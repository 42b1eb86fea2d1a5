-- Run by publish after link_proposals_end: what is likely and not certain is proposed to a person.
insert into control.register_link (organization_inn, cashbox_id, kkt_reg_id, days, state, evidence, reason, decided_by)
select
    %(inn)s,
    cashbox_id,
    kkt_reg_id,
    daterange(first_day, null),
    'proposed',
    jsonb_build_object(
        'agreed', agreed, 'alike', alike, 'compared', compared, 'sums', sums,
        'first_day', first_day, 'last_day', last_day
    ),
    'cash of ' || alike || ' shifts of ' || compared || ' agrees, of ' || agreed || ' with no other register''s',
    'rule'
from found_link
where
    not is_certain
    and alike >= 2
    and alike * 2 > compared
    and not exists (
        select from control.register_link as link
        where
            link.organization_inn = %(inn)s
            and link.state = 'in_force'
            and (link.cashbox_id = found_link.cashbox_id or link.kkt_reg_id = found_link.kkt_reg_id)
            and link.days && daterange(found_link.first_day, null)
    )
on conflict (organization_inn, cashbox_id, kkt_reg_id) where state = 'proposed' do update
    set evidence = excluded.evidence, reason = excluded.reason
