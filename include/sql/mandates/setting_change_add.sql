-- Run by `setting_changes`: store a change of settings or account rules with who made it.
insert into control.setting_change (organization_inn, what, before, after, changed_by)
values (%(inn)s, %(what)s, cast(%(before)s as jsonb), cast(%(after)s as jsonb), %(by)s)
