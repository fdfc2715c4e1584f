"""The addresses of the API; one address may do several things."""

from itertools import groupby

from django.urls import URLPattern, path

from gallery.api.doors import address, unknown_address
from gallery.api.operations import OPERATIONS
from gallery.api.pages import api_page, openapi


def _addresses() -> list[URLPattern]:
    return [
        path(f"v1/{route}", address(*found), name=f"api_{found[0].name}")
        for route, group in groupby(OPERATIONS, key=lambda operation: operation.path)
        if (found := list(group))
    ]


urlpatterns = [
    path("", api_page, name="api_page"),
    path("v1/openapi.json", openapi, name="api_openapi"),
    *_addresses(),
    path("v1/<path:rest>", unknown_address, name="api_unknown"),
]
