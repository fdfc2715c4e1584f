"""The engine and its models in the back office: spend, states and errors, never the pictures."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import ReadOnly
from gallery.models import Conductor, FluxModel, Generation


class ModelRowForm(forms.ModelForm):  # type: ignore[type-arg]
    """In the list a field's column says what it is, and its row whose; a label says both."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label} of {self.instance.label}"


@admin.register(FluxModel)
class FluxModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["label", "name", "good_at", "credits", "is_on", "position", "can_edit"]
    list_editable = ["credits", "is_on", "position"]
    list_filter = ["is_on", "can_edit"]
    search_fields = ["name", "label"]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, form=ModelRowForm, **kwargs)


class ProblemFilter(admin.AllValuesFieldListFilter):
    """Names the empty value, too."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield choice | {"display": choice["display"] or "None"}


@admin.register(Generation)
class GenerationAdmin(ReadOnly):
    list_display = [
        "created_at",
        "owner",
        "status",
        "model_name",
        "size",
        "count",
        "price",
        "cost",
        "problem",
        "is_possible_loss",
    ]
    list_filter = [
        "status",
        "is_possible_loss",
        ("problem", ProblemFilter),
        "model_name",
        "created_at",
    ]
    search_fields = ["owner__email", "owner__name", "=id", "=task_id", "=trace_id"]
    date_hierarchy = "created_at"
    exclude = ["prompt", "form_token", "reference_image", "reference_upload", "version"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Generation]:
        return super().get_queryset(request).select_related("owner").defer("prompt")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        generation = super().get_object(request, object_id, from_field)
        if generation:
            # Titles show the prompt, and what somebody wishes for is theirs alone.
            generation.prompt = f"Generation {generation.pk}"
        return generation


@admin.register(Conductor)
class ConductorAdmin(ReadOnly):
    list_display = ["__str__", "pause", "paused_until", "pace", "failures_in_row", "ticked_at"]
