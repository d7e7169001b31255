"""Accounts, log-ins and second factors; patients, from being made to being forgotten."""
