"""`balance-station check`: what an installer needs to know of a board, and what to do first."""
