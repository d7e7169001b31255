"""What leaves the care side: how long report, tables, bundle and pages of the API take, and what they ask."""

import tempfile
from pathlib import Path

from benchmarks.table import show


def main(*, full: bool = False) -> None:
    """Fill a database in a folder of its own, measure, print."""
    from benchmarks.out_figures import of_one_patient, of_the_api, use_database_in

    patients = 80 if full else 20
    with tempfile.TemporaryDirectory() as folder:
        use_database_in(Path(folder), patients=patients, sessions=365)
        show("One patient with 365 sessions of 4 trials", of_one_patient())
        show(f"The API over {patients} such patients, 100 items a page", of_the_api())
