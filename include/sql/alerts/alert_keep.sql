-- Run by alerts: remember a message that is about to be sent; no row if one was already sent to the
-- recipient that day.
insert into control.alert (organization_inn, day, recipient, digest, text, payload, sent_by)
values (%(inn)s, %(day)s, %(recipient)s, %(digest)s, %(text)s, %(payload)s, %(sent_by)s)
on conflict do nothing
