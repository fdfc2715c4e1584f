"""Letters to people about how they sign in: what changed or was used, when, and from where."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import formats, timezone

from accounts import letters
from accounts.models import Letter, Person
from accounts.templatetags.people import device

# What allauth tells, by the name of its own letter.
TOLD = {
    "mfa/email/totp_activated": "An authenticator app was added to your account",
    "mfa/email/totp_deactivated": "The authenticator app was removed from your account",
    "mfa/email/webauthn_added": "A passkey was added to your account",
    "mfa/email/webauthn_removed": "A passkey was removed from your account",
    "mfa/email/recovery_codes_generated": (
        "New recovery codes were made for your account, and the old ones have ended"
    ),
    "account/email/password_changed": "The password of your account was changed",
    "account/email/password_set": "A password was set for your account",
    "account/email/password_reset": "The password of your account was changed by a letter’s link",
    "socialaccount/email/account_connected": "Single sign-on was connected with your account",
}
OTHERWISE = "The ways into your account were changed"


def tell(person: Person, what: str, *, request: HttpRequest, to: str = "") -> Letter:
    """Write the letter; the worker sends it, so that nobody waits for the mail server.

    Who did it is named when it was somebody else: an admin in the back office.
    """
    doer = request.user if isinstance(request.user, Person) else person
    adapter = get_adapter(request)
    return letters.write(
        "security",
        to or person.email,
        what=what,
        name=str(person),
        by=str(doer) if doer != person else "",
        moment=_now_in_words(),
        device=device(adapter.get_http_user_agent(request)),
        address=adapter.get_client_ip(request),
    )


def _now_in_words() -> str:
    now = timezone.localtime(timezone=timezone.get_default_timezone())
    return f"{formats.date_format(now, 'j F Y, H:i')} ({now.tzname()})"
