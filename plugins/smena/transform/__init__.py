"""Pure pandas: frames in, frames out. No network, no database, no clock."""
