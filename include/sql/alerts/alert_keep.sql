-- Run by alerts: remember a message that is about to be sent; no row if one was already sent that day.
insert into control.alert (organization_inn, day, digest, text, payload, sent_by)
values (%(inn)s, %(day)s, %(digest)s, %(text)s, %(payload)s, %(sent_by)s)
on conflict do nothing
