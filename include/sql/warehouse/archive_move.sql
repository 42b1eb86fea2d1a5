-- Run by `smena archive`: takes the bodies of a recorded month out of the database.
select raw.move_bodies(%(month)s)
