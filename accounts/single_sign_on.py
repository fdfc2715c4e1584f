"""Who comes in by single sign-on, and in which role: the provider's groups decide."""

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render

from accounts import audit, people
from accounts.models import Person
from accounts.models.audit import AuditKind
from accounts.models.person import Role

PAGE = "socialaccount/authentication_error.html"
STRONGEST_FIRST = [Role.ADMIN, Role.MEMBER, Role.VIEWER]
UNVERIFIED = (
    "The provider does not vouch for your e-mail address. Have it verified there, then try again."
)
NO_GROUP = "Your account at the provider is in none of the groups that may use this site."
NO_ACCOUNT = "Nobody here has your e-mail address. Ask an admin of your team to let you in."


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Turn away whom nothing lets in; renew the role of whom something does."""
        claims = claims_of(sociallogin)
        role = role_of(claims.get("groups"))
        if not claims.get("email") or claims.get("email_verified") is not True:
            _refuse(request, UNVERIFIED)
        if settings.OIDC_GROUPS and role is None:
            _refuse(request, NO_GROUP)
        if not sociallogin.is_existing and role is None:
            _refuse(request, NO_ACCOUNT)
        if sociallogin.is_existing and role is not None:
            renew_role(sociallogin.user, role)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return role_of(claims_of(sociallogin).get("groups")) is not None

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def save_user(
        self, request: HttpRequest, sociallogin: SocialLogin, form: object = None
    ) -> Person:
        claims, person = claims_of(sociallogin), sociallogin.user
        person.email = person.email.lower()
        person.name = str(claims.get("name") or "")[:120]
        person.role = role_of(claims.get("groups"))
        with transaction.atomic():
            saved: Person = super().save_user(request, sociallogin)
            people.vouch_for_address(saved)
        audit.record(
            AuditKind.PEOPLE,
            f"Let {saved} in as {saved.get_role_display()}, by single sign-on",
            request=request,
        )
        return saved


def claims_of(sociallogin: SocialLogin) -> dict[str, Any]:
    """What the provider says of this person, in the one place or in the other."""
    said = sociallogin.account.extra_data
    return {**(said.get("id_token") or {}), **(said.get("userinfo") or {})}


def role_of(groups: object) -> Role | None:
    """The strongest role that one of the groups gives."""
    names = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    given = {settings.OIDC_GROUPS.get(name) for name in ["*", *map(str, names)]}
    return next((role for role in STRONGEST_FIRST if role in given), None)


@transaction.atomic
def renew_role(person: Person, role: Role) -> None:
    """Give the role, but leave the team an admin."""
    person.refresh_from_db()
    if person.role == role or (person.is_admin and people.is_only_admin(person)):
        return
    person.role = role
    person.save(update_fields=["role"])
    people.end_what_is_no_longer_theirs(person)
    audit.record(AuditKind.PEOPLE, f"Made {person} {person.get_role_display()}, as at the provider")


def _refuse(request: HttpRequest, reason: str) -> NoReturn:
    raise ImmediateHttpResponse(render(request, PAGE, {"reason": reason}, status=403))
