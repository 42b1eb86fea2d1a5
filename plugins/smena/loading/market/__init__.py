"""Kontur.Market as a product: the requests to it, and the rows made of its answers."""
