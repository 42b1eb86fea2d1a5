"""The road of Kontur.Market: what it does otherwise than that of the OFD."""
