"""Pure maths: readings to one time grid, newtons, centre of pressure (CoP), measures. No clock, no I/O."""
