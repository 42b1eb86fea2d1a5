"""Smena («смена», a cash register's shift): every closed shift of every register becomes a ПКО in accounting, once."""

__version__ = "0.1.0"
