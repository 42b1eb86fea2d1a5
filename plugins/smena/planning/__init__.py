"""Which days are loaded and which have to be asked for again. Pure pandas: no network, no database."""
