"""Kontur.OFD: what is asked of it, and what comes of its answers."""
