from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from gallery.pictures import RENDITIONS
from gallery.views.batches import batch_cancel, batch_detail, batch_hide, batch_retry
from gallery.views.callbacks import flux_callback, flux_reference
from gallery.views.comparing import compare
from gallery.views.editing import edit, edit_source
from gallery.views.generations import generation_cancel, generation_hide, generation_retry
from gallery.views.images import image_detail, image_download, image_file, image_rendition
from gallery.views.keeping import (
    image_favourite,
    image_galleries,
    image_purge,
    image_restore,
    image_trash,
)
from gallery.views.library import favourites, library, trash
from gallery.views.live import live_poll
from gallery.views.picker import pick
from gallery.views.presets import preset_delete, preset_edit, preset_list, preset_new
from gallery.views.prompts import prompt_list, prompt_remove
from gallery.views.repeats import earlier
from gallery.views.studio import feed_more, generation_create, preview, studio
from gallery.views.uploads import upload_create, upload_rendition
from gallery.views.webhooks import webhook_list, webhook_remove


class RenditionConverter(StringConverter):
    regex = "|".join(RENDITIONS)


register_converter(RenditionConverter, "rendition")

urlpatterns = [
    path("", studio, name="studio"),
    path("feed/", feed_more, name="feed_more"),
    path("live/<str:stamp>/", live_poll, name="live_poll"),
    path("earlier/", earlier, name="earlier"),
    path("generations/", generation_create, name="generation_create"),
    path("generations/<uuid:pk>/cancel/", generation_cancel, name="generation_cancel"),
    path("generations/<uuid:pk>/hide/", generation_hide, name="generation_hide"),
    path("generations/<uuid:pk>/retry/", generation_retry, name="generation_retry"),
    path("preview/", preview, name="preview"),
    path("batches/<uuid:pk>/", batch_detail, name="batch_detail"),
    path("batches/<uuid:pk>/cancel/", batch_cancel, name="batch_cancel"),
    path("batches/<uuid:pk>/hide/", batch_hide, name="batch_hide"),
    path("batches/<uuid:pk>/retry/", batch_retry, name="batch_retry"),
    path("prompts/", prompt_list, name="prompt_list"),
    path("prompts/<uuid:pk>/remove/", prompt_remove, name="prompt_remove"),
    path("presets/", preset_list, name="preset_list"),
    path("presets/new/", preset_new, name="preset_new"),
    path("presets/<uuid:pk>/", preset_edit, name="preset_edit"),
    path("presets/<uuid:pk>/delete/", preset_delete, name="preset_delete"),
    path("compare/", compare, name="compare"),
    path("edit/", edit, name="edit"),
    path("edit/source/", edit_source, name="edit_source"),
    path("pick/", pick, name="pick"),
    path("uploads/", upload_create, name="upload_create"),
    path("uploads/<uuid:pk>/<rendition:size>.webp", upload_rendition, name="upload_rendition"),
    path("library/", library, name="library"),
    path("library/favourites/", favourites, name="favourites"),
    path("library/trash/", trash, name="trash"),
    path("images/<uuid:pk>/", image_detail, name="image_detail"),
    path("images/<uuid:pk>/original/", image_file, name="image_file"),
    path("images/<uuid:pk>/download/", image_download, name="image_download"),
    path("images/<uuid:pk>/favourite/", image_favourite, name="image_favourite"),
    path("images/<uuid:pk>/galleries/", image_galleries, name="image_galleries"),
    path("images/<uuid:pk>/trash/", image_trash, name="image_trash"),
    path("images/<uuid:pk>/restore/", image_restore, name="image_restore"),
    path("images/<uuid:pk>/purge/", image_purge, name="image_purge"),
    path("images/<uuid:pk>/<rendition:size>.webp", image_rendition, name="image_rendition"),
    path("api/", include("gallery.api.urls")),
    path("settings/webhooks/", webhook_list, name="webhook_list"),
    path("settings/webhooks/<uuid:pk>/remove/", webhook_remove, name="webhook_remove"),
    path("flux/callback/<str:signed>/", flux_callback, name="flux_callback"),
    path("flux/reference/<str:signed>/", flux_reference, name="flux_reference"),
]
