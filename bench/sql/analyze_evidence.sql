-- Run by the bench after the evidence is laid out: what autovacuum would have done while the answers were fetched.
analyze raw.page, control.assignment, control.register, control.register_kpp
