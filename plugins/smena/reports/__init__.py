"""What people take away: printed forms and tables. Plain data in, bytes out; the same data give the same bytes.

A form is a PDF (КО-1, КО-2, КО-4); a table is a spreadsheet or separated values, with one row in memory at a time.
"""
