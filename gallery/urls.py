from django.urls import path, register_converter
from django.urls.converters import StringConverter

from gallery.pictures import RENDITIONS
from gallery.views.batches import batch_cancel, batch_detail, batch_hide, batch_retry
from gallery.views.bulk import (
    selection_compare,
    selection_favourite,
    selection_gallery,
    selection_purge,
    selection_rate,
    selection_restore,
    selection_tag,
    selection_trash,
    selection_undo,
    trash_empty,
    trash_restore,
)
from gallery.views.callbacks import flux_callback, flux_reference
from gallery.views.comparing import compare
from gallery.views.culling import cull, cull_finish, image_cull
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
from gallery.views.rating import image_rate, image_tag, image_untag, tag_list
from gallery.views.repeats import earlier
from gallery.views.studio import feed_more, generation_create, preview, studio
from gallery.views.uploads import upload_create, upload_rendition
from gallery.views.zipping import selection_zip


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
    path("library/cull/", cull, name="cull"),
    path("library/cull/finish/", cull_finish, name="cull_finish"),
    path("library/trash/", trash, name="trash"),
    path("library/trash/empty/", trash_empty, name="trash_empty"),
    path("library/trash/restore/", trash_restore, name="trash_restore"),
    path("selection/compare/", selection_compare, name="selection_compare"),
    path("selection/favourite/", selection_favourite, name="selection_favourite"),
    path("selection/gallery/", selection_gallery, name="selection_gallery"),
    path("selection/purge/", selection_purge, name="selection_purge"),
    path("selection/rate/", selection_rate, name="selection_rate"),
    path("selection/restore/", selection_restore, name="selection_restore"),
    path("selection/tag/", selection_tag, name="selection_tag"),
    path("selection/trash/", selection_trash, name="selection_trash"),
    path("selection/undo/<str:moment>/", selection_undo, name="selection_undo"),
    path("selection/zip/", selection_zip, name="selection_zip"),
    path("images/<uuid:pk>/", image_detail, name="image_detail"),
    path("images/<uuid:pk>/original/", image_file, name="image_file"),
    path("images/<uuid:pk>/download/", image_download, name="image_download"),
    path("images/<uuid:pk>/favourite/", image_favourite, name="image_favourite"),
    path("images/<uuid:pk>/galleries/", image_galleries, name="image_galleries"),
    path("images/<uuid:pk>/cull/", image_cull, name="image_cull"),
    path("images/<uuid:pk>/rate/", image_rate, name="image_rate"),
    path("images/<uuid:pk>/tag/", image_tag, name="image_tag"),
    path("images/<uuid:pk>/untag/", image_untag, name="image_untag"),
    path("tags/", tag_list, name="tag_list"),
    path("images/<uuid:pk>/trash/", image_trash, name="image_trash"),
    path("images/<uuid:pk>/restore/", image_restore, name="image_restore"),
    path("images/<uuid:pk>/purge/", image_purge, name="image_purge"),
    path("images/<uuid:pk>/<rendition:size>.webp", image_rendition, name="image_rendition"),
    path("flux/callback/<str:signed>/", flux_callback, name="flux_callback"),
    path("flux/reference/<str:signed>/", flux_reference, name="flux_reference"),
]
