"""Names that are the care side's own: no station may have one, and each has its rights at the broker."""

import re
from typing import Final

# What the broker's list of rights knows by name; a station of such a name would have those rights.
SERVERS: Final = re.compile(r"broker(-[a-z0-9]+)?")
CLIENTS: Final = re.compile(r"(recorder|reader|console|bridge)-[0-9]+")
RESERVED: Final = re.compile(r"(broker|recorder|reader|console|bridge)([-_.].*)?", re.IGNORECASE)
