"""Decides what is booked: from the shifts of a batch and the rows of the warehouse to a ChangeSet. Pure pandas."""
