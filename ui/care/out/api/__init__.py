"""The read-only HTTP API, version 1."""
