"""Finishing a station on the machine it runs on: each step looked at, done, and taken back by itself."""
