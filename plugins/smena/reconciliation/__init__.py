"""Reconciliation: which days are complete, what disagrees, and the certificate of completeness."""
