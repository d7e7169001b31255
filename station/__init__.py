"""The balance station: four load cells under a board, training on it, results to the care team."""

__version__ = "0.1.0"
