-- Run by publish after publish_targets: the planner is told how many orders are meant.
analyze target (document_id, shift_id, verdict, kpp, book_year)
