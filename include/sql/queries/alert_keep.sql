-- Run by alerts: remembers a message that is about to go out; no row where it, or one of its kind of that day, has gone.
insert into control.alert (organization_inn, day, digest, kind, text, payload, sent_by)
values (%(inn)s, %(day)s, %(digest)s, %(kind)s, %(text)s, %(payload)s, %(sent_by)s)
on conflict do nothing
