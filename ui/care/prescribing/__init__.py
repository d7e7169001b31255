"""A programme, from its form to the signed document, and what came of it."""
