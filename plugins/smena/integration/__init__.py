"""Who is integrated, from which date, and what there is to load."""
