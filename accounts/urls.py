"""Sign-in and settings. Of allauth, only what this site offers has an address."""

from allauth.account import views as sign_in
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions.views import list_usersessions
from django.urls import path, re_path, reverse_lazy

from accounts.access import with_few_tries, with_passwords
from accounts.views.first_admin import first_admin
from accounts.views.security import RemovePasskey, security
from accounts.views.sessions import session_end
from accounts.views.settings import letters, profile, settings, theme
from accounts.views.single_sign_on import sso_callback, sso_login
from accounts.views.tokens import token_list, token_revoke

SECURITY = reverse_lazy("mfa_index")  # the name by which allauth's own views lead there

urlpatterns = [
    path("accounts/login/", sign_in.login, name="account_login"),
    path("accounts/logout/", sign_in.logout, name="account_logout"),
    path("accounts/inactive/", sign_in.account_inactive, name="account_inactive"),
    path("accounts/signup/", sign_in.signup, name="account_signup"),
    path(
        "accounts/password/change/",
        with_passwords(sign_in.password_change),
        name="account_change_password",
    ),
    path(
        "accounts/password/set/", with_passwords(sign_in.password_set), name="account_set_password"
    ),
    path(
        "accounts/password/reset/",
        with_passwords(sign_in.password_reset),
        name="account_reset_password",
    ),
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
        with_few_tries("invitation")(with_passwords(sign_in.password_reset_from_key)),
        name="account_reset_password_from_key",
    ),
    path("accounts/confirm/", sign_in.reauthenticate, name="account_reauthenticate"),
    path("accounts/confirm/code/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path(
        "accounts/confirm/passkey/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("accounts/code/", second_factor.authenticate, name="mfa_authenticate"),
    path("accounts/app/add/", totp.activate_totp, name="mfa_activate_totp"),
    path("accounts/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("accounts/recovery/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "accounts/recovery/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/recovery/codes.txt",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("accounts/passkeys/sign-in/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("accounts/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path(
        "accounts/passkeys/<int:pk>/name/",
        passkeys.EditWebAuthnView.as_view(success_url=SECURITY),
        name="mfa_edit_webauthn",
    ),
    path(
        "accounts/passkeys/<int:pk>/remove/",
        RemovePasskey.as_view(success_url=SECURITY),
        name="mfa_remove_webauthn",
    ),
    path("accounts/sso/", sso_login, {"provider_id": "sso"}, name="openid_connect_login"),
    path(
        "accounts/sso/callback/",
        sso_callback,
        {"provider_id": "sso"},
        name="openid_connect_callback",
    ),
    path("accounts/sessions/", list_usersessions, name="usersessions_list"),
    path("accounts/sessions/<int:pk>/end/", session_end, name="session_end"),
    path("accounts/first-admin/<str:token>/", first_admin, name="first_admin"),
    path("settings/", settings, name="settings"),
    path("settings/security/", security, name="mfa_index"),
    path("settings/tokens/", token_list, name="settings_tokens"),
    path("settings/tokens/<int:pk>/revoke/", token_revoke, name="settings_token_revoke"),
    path("settings/profile/", profile, name="settings_profile"),
    path("settings/letters/", letters, name="settings_letters"),
    path("settings/theme/", theme, name="settings_theme"),
]
