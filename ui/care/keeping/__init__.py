"""Backups of a care side, and the way back."""
