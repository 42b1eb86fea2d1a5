"""What every step of a run is given: the outside world, a product's interface, limits, and who hears of its progress."""
