-- Run by alerts: remembers a message that is about to go out; no row where one of that day has gone.
insert into control.alert (organization_inn, day, digest, text, payload, sent_by)
values (%(inn)s, %(day)s, %(digest)s, %(text)s, %(payload)s, %(sent_by)s)
on conflict do nothing
