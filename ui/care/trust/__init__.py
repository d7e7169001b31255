"""Keys, certificates and rights at the broker, and what goes out to stations under them."""
