"""The language an account has chosen for the site."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0012_newest")]

    operations = [
        migrations.AddField("account", "language", models.CharField(blank=True, default="", max_length=10)),
    ]
