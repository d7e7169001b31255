"""Releases that are offered to stations, and what became of it where one was asked to take it."""
