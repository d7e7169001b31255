"""On how many days a week a programme wants training, as a column filled from its document."""

from collections import defaultdict
from contextlib import suppress
from typing import Any

import msgspec
from django.db import migrations
from django.db.migrations.state import StateApps

import ui.care.models.planned

ROWS = 500


def fill(apps: StateApps, _schema_editor: Any) -> None:
    """Write down what each document says; one that cannot be read asks for no day."""
    prescriptions: Any = apps.get_model("care", "Prescription").objects
    by_days: defaultdict[int, list[Any]] = defaultdict(list)
    for pk, document in prescriptions.values_list("pk", "document").iterator(chunk_size=ROWS):
        with suppress(msgspec.ValidationError):
            by_days[ui.care.models.planned.days_planned(document)].append(pk)
    for days, pks in by_days.items():
        for first in range(0, len(pks), ROWS):
            prescriptions.filter(pk__in=pks[first : first + ROWS]).update(days=days)


class Migration(migrations.Migration):
    dependencies = [("care", "0016_course")]

    operations = [
        migrations.AddField(
            model_name="prescription",
            name="days",
            field=ui.care.models.planned.PlannedDays(default=0, editable=False),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
