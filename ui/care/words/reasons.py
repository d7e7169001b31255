"""Why somebody of the care team is needed: the kinds of lines of a worklist, most urgent first."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from ui.care.words.clinical import Words

NOW, SOON, LATER = "now", "soon", "later"
GROUPS: Final[dict[str, Words]] = {NOW: _("Today"), SOON: _("This week"), LATER: _("When there is time")}


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind; `opens` is the part of the site where it is acted on."""

    group: str
    label: Words
    opens: str = "patient"


# In the order of the list.
REASONS: Final[dict[str, Reason]] = {
    "possible_fall": Reason(NOW, _("Possible fall")),
    "red_flag": Reason(NOW, _("Red flag")),
    "pain_stop": Reason(NOW, _("Pain over the limit")),
    "pain_up": Reason(NOW, _("Pain up")),
    "held": Reason(NOW, _("Held by a fall"), "programme"),
    "overdone": Reason(NOW, _("Too much")),
    "sensor_fault": Reason(NOW, _("Board fault")),
    "at_risk": Reason(NOW, _("Results at risk"), "station"),
    "rejected": Reason(NOW, _("Programme rejected"), "programme"),
    "away": Reason(SOON, _("No training for a week")),
    "overdue": Reason(SOON, _("Overdue")),
    "proposal": Reason(SOON, _("Proposal waiting"), "programme"),
    "unanswered": Reason(SOON, _("Programme unanswered")),
    "expiring": Reason(SOON, _("Programme ends"), "programme"),
    "silent": Reason(SOON, _("Station silent")),
    "restored": Reason(SOON, _("Database restored"), "station"),
    "recalibrate": Reason(SOON, _("Calibration advised")),
    "no_programme": Reason(SOON, _("No programme"), "programme"),
    "stale": Reason(LATER, _("Calibration old")),
    "nominal": Reason(LATER, _("Never calibrated")),
    "certificate": Reason(LATER, _("Certificate ends")),
    "eased": Reason(LATER, _("Made easier")),
}
ORDER: Final = {kind: place for place, kind in enumerate(REASONS)}
