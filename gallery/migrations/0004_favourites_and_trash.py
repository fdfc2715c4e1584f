import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Columns without a default and partial indexes: seconds on a million rows."""

    dependencies = [
        ("gallery", "0003_upload_renditions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("Image", "trashed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("Image", "doomed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("Image", "purged_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "Image",
            models.Index(
                fields=["owner", "-trashed_at", "-id"],
                name="image_owner_trash",
                condition=Q(trashed_at__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "Image",
            models.Index(
                fields=["trashed_at"],
                name="image_trash_time",
                condition=Q(trashed_at__isnull=False, doomed_at__isnull=True),
            ),
        ),
        migrations.AddIndex(
            "Image",
            models.Index(
                fields=["doomed_at"],
                name="image_doomed",
                condition=Q(doomed_at__isnull=False, purged_at__isnull=True),
            ),
        ),
        migrations.CreateModel(
            "Favourite",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="favourites",
                        to="gallery.image",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="favourites",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["person", "-created_at", "-image"], name="favourite_person_time"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "image"), name="favourite_once")
                ],
            },
        ),
    ]
