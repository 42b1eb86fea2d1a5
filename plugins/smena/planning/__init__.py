"""Which days are loaded, and which must be requested again. Pure pandas: no network, no database."""
