from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from fluxsite.health import healthz, readyz
from fluxsite.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("", include("accounts.urls")),
    path("", include("accounts.team_urls")),
    path("", include("gallery.urls")),
    path("admin/", admin.site.urls),
]
