"""A sandbox of Kontur.Market: the shops of the operator's registers, as their tills report them.

The contract is `contract/kontur-market.openapi.json`, a published document, reduced to the methods served here.
"""
