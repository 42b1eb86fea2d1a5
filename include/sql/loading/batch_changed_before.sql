-- Run by publish: the number of orders that published batches of the same load have changed.
select coalesce(sum((other.summary ->> 'changed_orders')::bigint), 0)::bigint as orders
from control.batch as mine
inner join control.batch as other
    on
        other.batch_id <> mine.batch_id
        and coalesce(mine.load_id, mine.batch_id) in (other.batch_id, other.load_id)
where mine.batch_id = %(batch_id)s and other.state = 'published'
