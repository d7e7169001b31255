"""What stations send, on its way into the database."""
