"""`make bench`: the road of Smena beside other ways to load the same rows, measured in one run on this machine."""
