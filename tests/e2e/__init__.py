"""One package, so that its tests share what is started once and stopped after the last of them."""
