"""The care side, on a server: the clinic's site and the recorder that fills its database."""
