-- Run by `smena archive`: a month in the archive was read whole again, perhaps at another place.
update raw.archive
set
    place = %(place)s,
    verified_at = clock_timestamp()
where month = %(month)s
