"""Who may do and see what, and the audit of who did: every room stands on it."""
