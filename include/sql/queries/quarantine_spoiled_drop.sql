-- Run by `smena quarantine retry` between two organisations or products.
drop table spoiled
