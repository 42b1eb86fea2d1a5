"""A load: extract, process (read, transform, check), publish (match and write); each a plain function."""
