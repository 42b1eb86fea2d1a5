"""What a told shift is to what stands already: new, the same, changed, in conflict. Nothing is deleted here."""
