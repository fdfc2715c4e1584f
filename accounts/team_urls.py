"""Invitations, allowances and the audit log; the people themselves are among gallery's views."""

from django.urls import path

from accounts.views.allowances import allowances, answer, budget
from accounts.views.asking import ask
from accounts.views.audit_log import audit_log, audit_log_file
from accounts.views.groups import (
    group,
    group_add,
    group_add_chosen,
    group_delete,
    group_remove,
    groups,
)
from accounts.views.invitations import invitations, new_link, revoke, send_again
from accounts.views.joining import invitation

urlpatterns = [
    path("team/invitations/", invitations, name="team_invitations"),
    path("team/invitations/<int:pk>/again/", send_again, name="team_invitation_again"),
    path("team/invitations/<int:pk>/link/", new_link, name="team_invitation_link"),
    path("team/invitations/<int:pk>/revoke/", revoke, name="team_invitation_revoke"),
    path("team/allowances/", allowances, name="team_allowances"),
    path("team/budget/", budget, name="team_budget"),
    path("team/requests/<int:pk>/", answer, name="team_request"),
    path("team/groups/", groups, name="team_groups"),
    path("team/groups/add/", group_add_chosen, name="team_group_add_chosen"),
    path("team/groups/<int:pk>/", group, name="team_group"),
    path("team/groups/<int:pk>/add/", group_add, name="team_group_add"),
    path("team/groups/<int:pk>/remove/", group_remove, name="team_group_remove"),
    path("team/groups/<int:pk>/delete/", group_delete, name="team_group_delete"),
    path("team/audit/", audit_log, name="team_audit"),
    path("team/audit/export/", audit_log_file, name="team_audit_export"),
    path("settings/ask/", ask, name="settings_ask"),
    path("invitations/<str:token>/", invitation, name="invitation"),
]
