"""The services' wire format: the structures of their responses, and how JSON becomes them."""
