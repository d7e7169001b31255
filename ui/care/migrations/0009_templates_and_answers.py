import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT, SET_NULL

ANSWERS = [
    ("accepted", "Accepted"),
    ("not_yet", "Not yet"),
    ("kept", "Kept"),
    ("put_back", "Put back"),
]
WHO = models.ForeignKey(null=True, on_delete=PROTECT, to=settings.AUTH_USER_MODEL)
WHEN = models.DateTimeField(default=django.utils.timezone.now)


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0008_worklist"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="prescription", name="why", field=models.CharField(blank=True, max_length=300)
        ),
        migrations.CreateModel(
            name="DecisionAnswer",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=CASCADE,
                        primary_key=True,
                        related_name="answer",
                        serialize=False,
                        to="care.event",
                    ),
                ),
                ("kind", models.CharField(choices=ANSWERS, max_length=10)),
                ("word", models.CharField(blank=True, max_length=300)),
                ("when", WHEN),
                (
                    "prescription",
                    models.ForeignKey(
                        null=True, on_delete=SET_NULL, related_name="+", to="care.prescription"
                    ),
                ),
                ("who", WHO.clone()),
            ],
            options={"verbose_name": "answer to a station's decision"},
        ),
        migrations.CreateModel(
            name="ProgrammeTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                ("programme", models.JSONField()),
                ("created", WHEN.clone()),
                ("who", WHO.clone()),
            ],
            options={"verbose_name": "programme template", "ordering": ("name",)},
        ),
    ]
