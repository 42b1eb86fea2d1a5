"""An operator of fiscal data that nobody has heard of: it proves that a third product needs no edit elsewhere."""
