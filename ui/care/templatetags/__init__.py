"""Template tags of the care side."""
