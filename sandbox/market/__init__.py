"""A sandbox of Kontur.Market: the shops of the operator's registers, as their tills report them.

The contract is `tests/contracts/kontur-market.openapi.json`, a published document, cut to the methods served here.
"""
