from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0001_initial")]

    operations = [
        migrations.RenameField(model_name="refused", old_name="head", new_name="payload"),
        migrations.AddIndex(
            model_name="refused",
            index=models.Index(fields=["received"], name="care_refuse_receive_029a00_idx"),
        ),
    ]
