"""The proof: what is complete, what disagrees, and the certificate of both."""
