"""`balance-ui --bench`: frames, from a load to its picture, sound: what only screen and loudspeaker show."""
