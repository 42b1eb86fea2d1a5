"""Read models: what the command line, the pages, alerts and metrics show of the same thing, computed once."""
