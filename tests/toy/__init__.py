"""An invented operator of fiscal data: it proves that a third product needs no edit elsewhere."""
