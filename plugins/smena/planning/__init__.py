"""Plans of loads: days that are wanted and not covered, in windows of units, and days that cannot be called covered."""
