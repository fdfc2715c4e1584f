from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0002_first_rows")]

    operations = [
        migrations.AddField(
            "Upload",
            "renditions",
            models.JSONField(default=dict, help_text="Name in storage by size"),
        ),
    ]
