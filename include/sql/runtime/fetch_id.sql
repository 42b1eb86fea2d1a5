-- Run by extract: a new number for one attempt to fetch one assignment.
select nextval('control.fetch_id') as fetch_id
