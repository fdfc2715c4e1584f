"""Django's admin as this site's back office."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator

# Rows behind signing in: sessions, addresses and groups are not to be edited by hand. Nor are the
# queue's: a schedule runs any function by its name, so whoever edits one commands the machine.
NOT_SHOWN = {"account", "auth", "django_q", "mfa", "socialaccount", "usersessions"}


View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class BackOffice(admin.AdminSite):
    site_title = "Fluxsite"
    site_header = "Fluxsite: back office"
    index_title = "Team and engine"
    site_url = "/"

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One way to sign in, with its limits; whoever is signed in and no admin is refused."""
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Django asks the database for keys as they were sent; not every one can be a key at all,
        as 20 digits for SQLite or a word for a UUID. That is a bad request, and no fault of ours.
        """

        @wraps(view)
        def answered(*args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(*args, **kwargs)
            except (OverflowError, ValidationError) as error:
                raise BadRequest(str(error)) from error

        return super().admin_view(cast(View, answered), cacheable)

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: "type[admin.ModelAdmin[Any]] | None" = None,
        **options: Any,
    ) -> None:
        given = (
            [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        )
        shown = [model for model in given if model._meta.app_label not in NOT_SHOWN]
        super().register(shown, admin_class, **options)
