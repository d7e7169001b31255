"""The pages of the service area: pure drawings of what its state machine says."""
