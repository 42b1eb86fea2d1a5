-- Run by `setting_changes`: who made a change of settings or account rules, and what it changed.
insert into control.setting_change (organization_inn, what, before, after, changed_by)
values (%(inn)s, %(what)s, cast(%(before)s as jsonb), cast(%(after)s as jsonb), %(by)s)
