"""What there is to load: wanted minus covered, in windows of units, and which days cannot be called covered."""
