-- Run by process: store the counts that a shard has staged.
update control.shard
set
    state = %(state)s,
    shifts = %(shifts)s,
    orders = %(orders)s,
    rejects = %(rejects)s,
    reason = %(reason)s
where batch_id = %(batch_id)s and shard = %(shard)s
