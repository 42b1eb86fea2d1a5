"""Names, identifiers, money, windows and errors of the business. No input or output, no pandas."""
