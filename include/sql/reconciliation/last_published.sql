-- Run by `stored_certificates.last_published`: when the newest published load ended; null if none is published.
select max(finished_at) as finished_at
from control.batch
where state = 'published'
