"""Kontur.Market in miniature: the same shops as the operator's registers, told from the till's side.

The contract is `contract/kontur-market.openapi.json`, a published document, cut to the methods served here.
"""
