from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from gallery.pictures import RENDITIONS
from gallery.views.arranging import (
    gallery_add,
    gallery_arrange,
    gallery_order,
    placement_cover,
    placement_move,
    placement_remove,
)
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
from gallery.views.galleries import (
    gallery_create,
    gallery_delete,
    gallery_detail,
    gallery_edit,
    gallery_leave,
    gallery_list,
)
from gallery.views.generations import generation_cancel, generation_hide, generation_retry
from gallery.views.health import (
    team_health,
    team_look_again,
    team_pause,
    team_resume,
    team_test_call,
)
from gallery.views.images import image_detail, image_download, image_file, image_rendition
from gallery.views.keeping import (
    image_favourite,
    image_galleries,
    image_purge,
    image_restore,
    image_trash,
)
from gallery.views.library import favourites, library, shared, teams, trash
from gallery.views.links import (
    public_approval,
    public_comment,
    public_comment_delete,
    public_download,
    public_gallery,
    public_heart,
    public_image,
    public_name,
    public_rendition,
    public_unlock,
)
from gallery.views.live import live_poll
from gallery.views.offers import team_model, team_model_clear, team_model_up, team_models
from gallery.views.picker import pick
from gallery.views.presets import preset_delete, preset_edit, preset_list, preset_new
from gallery.views.prompts import prompt_list, prompt_remove
from gallery.views.public_zip import public_zip
from gallery.views.rating import image_rate, image_tag, image_untag, tag_list
from gallery.views.repeats import earlier
from gallery.views.reviewing import comment_delete, placement_approval, placement_comment
from gallery.views.searches import search_delete, search_edit, search_list
from gallery.views.sharing import (
    gallery_share,
    link_create,
    link_revoke,
    share_group_remove,
    share_group_role,
    share_invite,
    share_remove,
    share_role,
    share_team,
)
from gallery.views.studio import feed_more, generation_create, preview, studio
from gallery.views.uploads import upload_create, upload_rendition
from gallery.views.usage import (
    settings_ledger,
    settings_usage,
    team_ledger,
    team_usage,
    team_usage_galleries,
)
from gallery.views.webhooks import webhook_list, webhook_remove
from gallery.views.zipping import selection_zip


class RenditionConverter(StringConverter):
    regex = "|".join(RENDITIONS)


class ModelNameConverter(StringConverter):
    regex = r"[^/\0]+"  # PostgreSQL breaks at a NUL instead of finding nothing


register_converter(RenditionConverter, "rendition")
register_converter(ModelNameConverter, "modelname")

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
    path("team/", include("gallery.views.team_urls")),
    path("library/", library, name="library"),
    path("library/shared/", shared, name="shared"),
    path("library/team/", teams, name="teams"),
    path("library/searches/", search_list, name="search_list"),
    path("library/searches/<uuid:pk>/", search_edit, name="search_edit"),
    path("library/searches/<uuid:pk>/delete/", search_delete, name="search_delete"),
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
    path("galleries/", gallery_list, name="gallery_list"),
    path("galleries/new/", gallery_create, name="gallery_create"),
    path("galleries/<uuid:pk>/", gallery_detail, name="gallery_detail"),
    path("galleries/<uuid:pk>/edit/", gallery_edit, name="gallery_edit"),
    path("galleries/<uuid:pk>/delete/", gallery_delete, name="gallery_delete"),
    path("galleries/<uuid:pk>/leave/", gallery_leave, name="gallery_leave"),
    path("galleries/<uuid:pk>/add/", gallery_add, name="gallery_add"),
    path("galleries/<uuid:pk>/arrange/", gallery_arrange, name="gallery_arrange"),
    path("galleries/<uuid:pk>/order/", gallery_order, name="gallery_order"),
    path("galleries/<uuid:pk>/images/<uuid:image>/move/", placement_move, name="placement_move"),
    path("galleries/<uuid:pk>/images/<uuid:image>/cover/", placement_cover, name="placement_cover"),
    path(
        "galleries/<uuid:pk>/images/<uuid:image>/remove/",
        placement_remove,
        name="placement_remove",
    ),
    path(
        "galleries/<uuid:pk>/images/<uuid:image>/approval/",
        placement_approval,
        name="placement_approval",
    ),
    path(
        "galleries/<uuid:pk>/images/<uuid:image>/comments/",
        placement_comment,
        name="placement_comment",
    ),
    path(
        "galleries/<uuid:pk>/images/<uuid:image>/comments/<uuid:comment>/delete/",
        comment_delete,
        name="comment_delete",
    ),
    path("galleries/<uuid:pk>/share/", gallery_share, name="gallery_share"),
    path(
        "galleries/<uuid:pk>/share/groups/<int:group>/", share_group_role, name="share_group_role"
    ),
    path(
        "galleries/<uuid:pk>/share/groups/<int:group>/remove/",
        share_group_remove,
        name="share_group_remove",
    ),
    path("galleries/<uuid:pk>/share/team/", share_team, name="share_team"),
    path("galleries/<uuid:pk>/share/people/", share_invite, name="share_invite"),
    path("galleries/<uuid:pk>/share/people/<uuid:person>/", share_role, name="share_role"),
    path(
        "galleries/<uuid:pk>/share/people/<uuid:person>/remove/", share_remove, name="share_remove"
    ),
    path("galleries/<uuid:pk>/share/links/", link_create, name="link_create"),
    path("galleries/<uuid:pk>/share/links/<uuid:link>/revoke/", link_revoke, name="link_revoke"),
    path("g/<str:token>/", public_gallery, name="public_gallery"),
    path("g/<str:token>/unlock/", public_unlock, name="public_unlock"),
    path("g/<str:token>/name/", public_name, name="public_name"),
    path("g/<str:token>/zip/", public_zip, name="public_zip"),
    path("g/<str:token>/images/<uuid:pk>/", public_image, name="public_image"),
    path("g/<str:token>/images/<uuid:pk>/heart/", public_heart, name="public_heart"),
    path("g/<str:token>/images/<uuid:pk>/approval/", public_approval, name="public_approval"),
    path("g/<str:token>/images/<uuid:pk>/comments/", public_comment, name="public_comment"),
    path(
        "g/<str:token>/images/<uuid:pk>/comments/<uuid:comment>/delete/",
        public_comment_delete,
        name="public_comment_delete",
    ),
    path("g/<str:token>/images/<uuid:pk>/download/", public_download, name="public_download"),
    path(
        "g/<str:token>/images/<uuid:pk>/<rendition:size>.webp",
        public_rendition,
        name="public_rendition",
    ),
    path("team/usage/", team_usage, name="team_usage"),
    path("team/usage/galleries/", team_usage_galleries, name="team_usage_galleries"),
    path("team/usage/ledger.<str:kind>", team_ledger, name="team_ledger"),
    path("team/models/", team_models, name="team_models"),
    path("team/models/<modelname:name>/", team_model, name="team_model"),
    path("team/models/<modelname:name>/up/", team_model_up, name="team_model_up"),
    path("team/models/<modelname:name>/clear/", team_model_clear, name="team_model_clear"),
    path("team/health/", team_health, name="team_health"),
    path("team/health/pause/", team_pause, name="team_pause"),
    path("team/health/resume/", team_resume, name="team_resume"),
    path("team/health/test/", team_test_call, name="team_test_call"),
    path("team/health/look/", team_look_again, name="team_look_again"),
    path("settings/usage/", settings_usage, name="settings_usage"),
    path("settings/usage/ledger.<str:kind>", settings_ledger, name="settings_ledger"),
    path("api/", include("gallery.api.urls")),
    path("settings/webhooks/", webhook_list, name="webhook_list"),
    path("settings/webhooks/<uuid:pk>/remove/", webhook_remove, name="webhook_remove"),
    path("flux/callback/<str:signed>/", flux_callback, name="flux_callback"),
    path("flux/reference/<str:signed>/", flux_reference, name="flux_reference"),
]
