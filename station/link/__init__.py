"""The way to the care team: message contract, uplink, signatures."""
