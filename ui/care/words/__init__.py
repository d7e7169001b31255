"""What the care team reads: routines, rungs, results, events, reasons and machines in words."""
