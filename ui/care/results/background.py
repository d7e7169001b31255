"""What is usual after a kind of surgery, and for a body: to inform the care team, never to judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ui.care.models import Background
from ui.care.words.clinical import DEVICE, SURGERY, Words

# The hospital's guide that the training follows; no consensus protocol exists.
USUAL: Final[dict[str, Words]] = {
    "fusion": _("usually 3 to 6 months to regain significant mobility"),
    "microdiscectomy": _("usually 1 to 3 months to regain significant mobility"),
    "laminectomy": _("usually between microdiscectomy (1–3 months) and fusion (3–6 months)"),
}
BMI_BANDS: Final[tuple[tuple[float, Words], ...]] = (
    (18.5, _("under 18.5: wounds may heal less well, less muscle")),
    (25.0, _("18.5–24.9: fewest complications")),
    (30.0, _("25–29.9: recovery slightly longer")),
    (1000.0, _("30 and over: higher risk, slower recovery")),
)


@dataclass(frozen=True, slots=True)
class Known:
    """One line of the box; `source` says where it stands when it was not entered here."""

    label: str
    value: str
    usual: str = ""
    source: str = ""


def known(background: Background | None, document: Mapping[str, Any] | None, *, today: date) -> list[Known]:
    """Return what is known of a patient; what was not entered here comes from the programme."""
    said = document or {}
    lines: list[Known] = []
    surgery, source = _first(background.surgery if background else "", said.get("surgery"))
    if surgery:
        words = str(SURGERY.get(surgery, surgery))
        lines.append(Known(gettext("Surgery"), words, str(USUAL.get(surgery, "")), source))
    entered = background.surgery_date.isoformat() if background and background.surgery_date else ""
    when, source = _first(entered, said.get("surgery_date"))
    if when:
        weeks = (today - date.fromisoformat(when)).days // 7
        lines.append(Known(gettext("Time since"), gettext("%(weeks)d weeks") % {"weeks": weeks}, "", source))
    device, source = _first(background.device if background else "", said.get("device"))
    if device:
        lines.append(Known(gettext("Walking aid"), str(DEVICE.get(device, device)), "", source))
    if background and background.height_cm and background.weight_kg:
        bmi = float(background.weight_kg) / (background.height_cm / 100) ** 2
        lines.append(Known(gettext("BMI"), number_format(bmi, decimal_pos=1), _bmi_words(bmi)))
    return lines


def _first(entered: str | None, programmed: str | None) -> tuple[str, str]:
    if entered:
        return entered, ""
    return (programmed, gettext("from the programme")) if programmed else ("", "")


def _bmi_words(bmi: float) -> str:
    return str(next(words for below, words in BMI_BANDS if bmi < below))


class BackgroundForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the care team enters of a patient's background."""

    surgery = forms.ChoiceField(label=_("Kind of surgery"), required=False)
    device = forms.ChoiceField(label=_("Walking aid"), required=False)
    height_cm = forms.IntegerField(label=_("Height, cm"), required=False, min_value=100, max_value=230)
    weight_kg = forms.DecimalField(
        label=_("Weight, kg"), required=False, min_value=25, max_value=300, decimal_places=1
    )

    class Meta:
        """Fields and how a date is entered."""

        model = Background
        fields = ("surgery", "surgery_date", "device", "height_cm", "weight_kg")
        labels: Final = {"surgery_date": _("Date of surgery")}
        widgets: Final = {"surgery_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("surgery", SURGERY), ("device", DEVICE)):
            choices = [("", _("not entered")), *words.items()]
            self.fields[name] = forms.ChoiceField(
                label=self.fields[name].label, required=False, choices=choices
            )

    def clean_surgery_date(self) -> date | None:
        """Refuse a day that is still to come."""
        day: date | None = self.cleaned_data["surgery_date"]
        if day is not None and day > date.today():  # noqa: DTZ011 a day as people enter it
            raise forms.ValidationError(
                gettext("The date of surgery is in the future; enter the day it was done.")
            )
        return day
