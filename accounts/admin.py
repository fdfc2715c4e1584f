"""People, allowances and the ledger in the back office."""

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts import audit, credits, notices, people, second_factor
from accounts.admin_forms import NewPersonForm, PersonForm
from accounts.forms import AdjustmentForm
from accounts.models import CreditEntry, Person, TeamBudget
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest

ADJUST_TEMPLATE = "admin/accounts/person/adjust_credits.html"


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows to look at; what changes them is the site's own doing."""

    show_full_result_count = False  # counting a big table takes longer than the page

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By what the page offers alone: whoever may ask which rows begin with a letter can read
        any field, one letter after the other."""
        offered = {one[0] if isinstance(one, tuple) else one for one in self.list_filter}
        return lookup.partition("__")[0] in {*offered, self.date_hierarchy}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Person)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    form = PersonForm
    add_form = NewPersonForm
    list_display = ["email", "name", "role", "is_active", "monthly_allowance", "daily_cap"]
    list_filter = ["role", "is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = []
    actions = ["take_second_factor_away"]
    readonly_fields = ["joined_at", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("Rights", {"fields": ["role", "is_active"]}),
        ("Credits", {"fields": ["monthly_allowance", "daily_cap"]}),
        ("Dates", {"fields": ["joined_at", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "role"]}),
        ("Sign-in", {"fields": ["usable_password", "password1", "password2"]}),
        ("Credits", {"fields": ["monthly_allowance", "daily_cap"]}),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # the ledger and the pictures name their person for good

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            self._tell_of_address(request, obj, form.initial["email"])
        people.vouch_for_address(obj)
        people.end_what_is_no_longer_theirs(obj)
        fields = ", ".join(form.changed_data) or "nothing"
        text = f"Changed {obj} in the back office: {fields}" if change else f"Added {obj}"
        audit.record(AuditKind.PEOPLE, text, request=request)

    def _tell_of_address(self, request: HttpRequest, person: Person, before: str) -> None:
        """At both of them: whoever lost the old one by mistake has to hear of it, too."""
        what = f"The address of your account was changed from {before} to {person.email}"
        for address in (before, person.email):
            notices.tell(person, what, request=request, to=address)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        answer = super().user_change_password(request, id, form_url)
        done = reverse("admin:accounts_person_change", args=[id])
        if isinstance(answer, HttpResponseRedirect) and answer.url == done:
            person = get_object_or_404(Person, pk=id)
            what = f"Changed the password of {person} in the back office"
            audit.record(AuditKind.SIGN_IN, what, request=request)
            notices.tell(person, "The password of your account was changed", request=request)
        return answer

    @admin.action(description="Take away passkeys, authenticator app and recovery codes")
    def take_second_factor_away(self, request: HttpRequest, chosen: QuerySet[Person]) -> None:
        done = [str(one) for one in chosen if second_factor.take_away(one, request=request)]
        words = f"Without a second factor now: {', '.join(done)}." if done else "None had any."
        messages.success(request, words)

    def get_urls(self) -> list[URLPattern]:
        adjust = path(
            "<uuid:pk>/adjust-credits/",
            self.admin_site.admin_view(self.adjust_credits),
            name="accounts_person_adjust_credits",
        )
        return [adjust, *super().get_urls()]

    def adjust_credits(self, request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
        person = get_object_or_404(Person, pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        form = AdjustmentForm(request.POST or None)
        if not form.is_valid():
            return self._adjustment_page(request, person, form)
        if credits.adjust(person, **form.cleaned_data, by=request.user):
            self._tell_and_log(request, person, form.cleaned_data["amount"])
        return redirect("admin:accounts_person_change", person.pk)

    def _adjustment_page(
        self, request: HttpRequest, person: Person, form: AdjustmentForm
    ) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": f"Adjust credits of {person}",
            "opts": self.opts,
            "person": person,
            "form": form,
            "statement": credits.statement(person),
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, ADJUST_TEMPLATE, context, status=status)

    def _tell_and_log(self, request: HttpRequest, person: Person, amount: Decimal) -> None:
        words = (
            f"{person} has {abs(amount):f} credits {'more' if amount > 0 else 'less'} this month."
        )
        self.log_change(request, person, f"Adjusted credits by {amount:+f}.")
        text = f"Adjusted the credits of {person} by {amount:+f}"
        audit.record(AuditKind.CREDITS, text, request=request)
        messages.success(request, words)


@admin.register(TeamBudget)
class TeamBudgetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One row, so its list is its form."""

    def save_model(self, request: HttpRequest, obj: TeamBudget, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        text = "Changed the team's budget in the back office"
        audit.record(AuditKind.CREDITS, text, request=request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect(reverse("admin:accounts_teambudget_change", args=[1]))


@admin.register(CreditEntry)
class CreditEntryAdmin(ReadOnly):
    list_display = ["created_at", "person", "kind", "amount", "reference", "note", "made_by", "day"]
    list_filter = ["kind", "day"]
    search_fields = ["person__email", "person__name", "reference", "note"]
    date_hierarchy = "day"

    def get_queryset(self, request: HttpRequest) -> QuerySet[CreditEntry]:
        return super().get_queryset(request).select_related("person", "made_by")
