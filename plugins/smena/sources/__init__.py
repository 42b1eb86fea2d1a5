"""Clients of the outside services: HTTP, sessions, paging, retries. Money is not interpreted here."""
