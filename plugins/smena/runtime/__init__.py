"""What every step of a run is given: the outside world, the interface of a product, limits, and a log of steps."""
