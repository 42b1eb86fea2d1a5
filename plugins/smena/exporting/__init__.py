"""Tables for the accountant: rows in, a spreadsheet or separated values out, one row in memory at a time."""
