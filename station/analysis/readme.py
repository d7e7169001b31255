"""What stands in README.txt of an exported session."""

from typing import Final

README: Final = """\
One training session of a balance station (four load cells under a board).

Axes: origin the plate's centre, +x to the person's right (ML), +y forward (AP).
Corners: FL front left, FR front right, RL rear left, RR rear right.
Units: s, N, mm, %; raw counts are those of the converters (24 bit). An empty field: not known.
Text is UTF-8, columns are separated by commas, the decimal sign is a point, flags are 0 or 1 in the
recordings and True or False in trials.csv.

session.json     the session and its trials as the station kept them; "result" is null while a session
                 has not ended. Times are UTC.
trials.csv       one row a trial: what was done, how it ended, hand support (% of body weight), quality,
                 and every sway measure the trial may carry, with the unit at the end of each name.
                 "file" names its recording.
NN-ROUTINE.csv.gz        trial NN on a 100 Hz grid, by the method in column "alg" of trials.csv
    t_s                  s from the start of the hold (the seconds before it are negative)
    fl_n fr_n rl_n rr_n  force on each cell, N, not filtered
    load_n               their sum, N
    ml_mm ap_mm          centre of pressure, mm, low-passed without delay (order 4, 7 Hz, zero phase);
                         empty in gaps, and below 50 N
    counted              1 while the hold counted; the measures are made of these rows
NN-ROUTINE-raw.csv.gz    the readings the trial was made of, each at its own time
    t_s                  as above
    fl_counts fr_counts rl_counts rr_counts
                         counts of each converter; empty when it had no reading at this time
    counted              as above; a row without counts marks the beginning or end of counted time
    void                 readings that were void, and why: cell and fault
NN-ROUTINE-plate.json    how counts become N and mm: (counts - tare_counts) / counts_per_n, and the
                         distances between the cells

The numbers of a trial again:
    balance-station analyse NN-ROUTINE.csv.gz
    balance-station analyse NN-ROUTINE-raw.csv.gz --plate NN-ROUTINE-plate.json
In Python:  pandas.read_csv("NN-ROUTINE.csv.gz")
In R:       read.csv("NN-ROUTINE.csv.gz")
In MNE:     t = pandas.read_csv("NN-ROUTINE.csv.gz").interpolate(limit_direction="both")
            mne.io.RawArray(t[["ml_mm", "ap_mm"]].T, mne.create_info(["ML", "AP"], 100.0, "misc"))

Training software under a clinician's guidance, not a diagnostic device.
"""
