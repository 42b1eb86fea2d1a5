"""Valid numbers that belong to no company or person: no tax office of Russia has a code that begins with 96."""

from __future__ import annotations

ROMASHKA = "9607083893"
VASILEK = "9606855314"
PRIMER = "9601000019"
STRANGER = "9636050003"
SOLE_PROPRIETOR = "960100732219"
WRONG = "9607083894"
"""Whose check digit is not right."""
