"""Sign-in and settings. Of allauth, only what this site offers has an address."""

from allauth.account import views as sign_in
from allauth.usersessions.views import list_usersessions
from django.urls import path, re_path

from accounts.views.first_admin import first_admin
from accounts.views.settings import profile, settings, theme

urlpatterns = [
    path("accounts/login/", sign_in.login, name="account_login"),
    path("accounts/logout/", sign_in.logout, name="account_logout"),
    path("accounts/inactive/", sign_in.account_inactive, name="account_inactive"),
    path("accounts/signup/", sign_in.signup, name="account_signup"),
    path("accounts/password/change/", sign_in.password_change, name="account_change_password"),
    path("accounts/password/set/", sign_in.password_set, name="account_set_password"),
    path("accounts/password/reset/", sign_in.password_reset, name="account_reset_password"),
    path(
        "accounts/password/reset/done/",
        sign_in.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "accounts/password/reset/key/done/",
        sign_in.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("accounts/sessions/", list_usersessions, name="usersessions_list"),
    path("accounts/first-admin/<str:token>/", first_admin, name="first_admin"),
    path("settings/", settings, name="settings"),
    path("settings/profile/", profile, name="settings_profile"),
    path("settings/theme/", theme, name="settings_theme"),
]
