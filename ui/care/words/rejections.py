"""What a therapist does about a programme that a station rejected, by the station's own reason."""

import re
from typing import Final

from django.utils.translation import gettext_lazy as _

from ui.care.words.clinical import Words

# The first that is found in the reason counts.
REMEDIES: Final[tuple[tuple[str, Words], ...]] = (
    (
        r"unknown field `on_hold`",
        _(
            "This station's software is too old to hold all training: it still trains the version before. "
            "Call the patient now and ask them not to train; then have the station updated."
        ),
    ),
    (
        r"signed with key|signature does not fit|not a signed prescription",
        _(
            "The station does not know the key of this site. Have whoever installs it enrol it again, then "
            "send the programme again."
        ),
    ),
    (
        r"it is for (station|patient)",
        _("The station belongs to somebody else by now. Look at its enrolment, then send it again."),
    ),
    (
        r"is not newer than version",
        _("The station already has a newer version. Open the programme and send it again."),
    ),
    (
        r"it expired at|it expires|expires:",
        _(
            "Choose another last day and send it again. If the day was right, the clock of the station is "
            "wrong: let it go online for a while first."
        ),
    ),
    (
        r"unknown routine",
        _("The station does not have this exercise. Leave it out, or have its file put on the station."),
    ),
    (
        r"has rungs 1 to",
        _("The station has another version of this exercise. Choose a rung it has, or have it updated."),
    ),
    (r"number:", _("Give this person a number of four digits that nobody else has at this station.")),
    (
        r"minutes",
        _("Choose fewer exercises, attempts or shorter holds, or allow the station fewer steps by itself."),
    ),
    (
        r"device's limit|this device allows",
        _(
            "It goes beyond what was set when the station was installed. Choose less, or have whoever "
            "installs it raise the limit."
        ),
    ),
    (
        r"not understood|unknown field",
        _("The station's software is older than this programme. Have it updated, then send it again."),
    ),
)
OTHERWISE: Final = _("Change what the station names, and send it again. What was in force before stays so.")


def remedy(reason: str) -> str:
    """Return what to do about this reason."""
    return next((str(words) for pattern, words in REMEDIES if re.search(pattern, reason)), str(OTHERWISE))
