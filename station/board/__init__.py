"""The hardware side: pins, HX711 driver, simulated chips, the acquisition loop. No numpy in the loop."""
