"""What an outside watch is told: metrics of steps and of where things stand, and the lineage of what was loaded."""
