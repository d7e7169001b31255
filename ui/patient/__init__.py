"""The patient kiosk: draws the newest snapshot of the session, sends presses and answers, holds no rules."""

import os

# pygame greets on stdout unless told not to; what stands there is for machines.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
