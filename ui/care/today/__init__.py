"""The list of the day: who needs somebody, and all patients with a line each."""
