"""The whole system on one machine, with a simulated person on a simulated board."""
