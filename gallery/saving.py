"""Searches under a name, each person's own."""

from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import Person
from gallery import listings, search
from gallery.models import SavedSearch

LONGEST_NAME = 80
MOST = 50  # a person keeps


class SavedSearchForm(forms.Form):
    name = forms.CharField(
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Give the search a name.",
            "max_length": f"Use at most {LONGEST_NAME} characters.",
        },
    )

    def __init__(self, *args: Any, owner: Person, saved: SavedSearch | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.owner, self.saved = owner, saved
        if saved:
            self.initial["name"] = saved.name

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        others = SavedSearch.objects.visible_to(self.owner)
        if self.saved:
            others = others.exclude(pk=self.saved.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError("You have a search with this name. Choose another one.")
        if not self.saved and others.count() >= MOST:
            raise forms.ValidationError(f"You have {MOST} searches. Delete one of them first.")
        return name


def canonical(query: str, person: Person) -> str:
    """The query of the list that this one names, as its address has it."""
    return listings.find(person, search.asked(QueryDict(query))).query.removeprefix("?")


def save(form: SavedSearchForm, query: str) -> SavedSearch:
    return SavedSearch.objects.create(
        owner=form.owner,
        name=form.cleaned_data["name"],
        query=canonical(query, form.owner),
    )


def rename(saved: SavedSearch, name: str) -> None:
    saved.name = name
    saved.save(update_fields=["name"])
