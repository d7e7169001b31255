"""A simulated clinic: people who do not exist, whose stations say what real ones would; always `sim: true`."""
