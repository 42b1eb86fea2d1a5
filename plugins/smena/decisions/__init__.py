"""Commands of people, recorded with who, when and why: closing periods, accepting documents, resolving conflicts."""
