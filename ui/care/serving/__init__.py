"""How the site is served: what every response carries, and its sign of life."""
