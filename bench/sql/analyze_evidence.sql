-- Run by the bench after the evidence is stored: analyzes as autovacuum would have while the answers were fetched.
analyze raw.page, control.assignment, control.register, control.register_kpp
