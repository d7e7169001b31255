"""A simulated clinic: nobody of it exists, its stations say what real ones would, always `sim: true`."""
