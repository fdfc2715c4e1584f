from django.urls import path

from gallery.views.team import person, team
from gallery.views.team_changes import activate, adjust, allowance, deactivate, role
from gallery.views.team_leaving import export, hand_over, purge

urlpatterns = [
    path("", team, name="team"),
    path("people/<uuid:pk>/", person, name="team_person"),
    path("people/<uuid:pk>/role/", role, name="team_role"),
    path("people/<uuid:pk>/allowance/", allowance, name="team_allowance"),
    path("people/<uuid:pk>/adjust/", adjust, name="team_adjust"),
    path("people/<uuid:pk>/deactivate/", deactivate, name="team_deactivate"),
    path("people/<uuid:pk>/activate/", activate, name="team_activate"),
    path("people/<uuid:pk>/hand-over/", hand_over, name="team_hand_over"),
    path("people/<uuid:pk>/export/", export, name="team_export"),
    path("people/<uuid:pk>/purge/", purge, name="team_purge"),
]
