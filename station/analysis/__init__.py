"""Recordings in, numbers and pictures out: `analyse`, `export`, and the live stream for other programs.

What a number means is the sway room's business; here files are read, checked and written.
"""
