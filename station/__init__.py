"""The balance station: four load cells under a board, training on it, results to the care team."""

from datetime import UTC, datetime
from typing import Final

__version__ = "0.1.0"
# Made no earlier than this: a computer whose date lies before it has a wrong one.
RELEASED: Final = datetime(2026, 11, 1, tzinfo=UTC)
