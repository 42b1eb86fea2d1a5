"""What people decide, with who, when and why: closed periods, accepted documents, conflicts."""
