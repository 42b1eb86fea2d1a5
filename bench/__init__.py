"""`make bench`: Smena's pipeline and other ways to load the same rows, measured in one run on this machine."""
