"""Printed forms: plain data in, the bytes of a PDF out. The same data give the same bytes."""
