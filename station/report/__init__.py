"""One file for a helper: how this station is, and nothing about the person who trains on it."""
