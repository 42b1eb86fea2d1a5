-- Run by publish after pair_shifts: no fiscal shift is two till shifts.
create unique index pairing_of_fiscal on pairing (fiscal_id) where not is_crowded
