"""One package: what its tests share is started once, and ends with the last of them."""
