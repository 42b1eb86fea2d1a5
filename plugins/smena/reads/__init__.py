"""Read models: queries that the command line, the pages, alerts and metrics share, so that all show the same."""
