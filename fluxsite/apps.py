from django.apps import AppConfig
from django.contrib.admin import apps as admin

from fluxsite import checks

__all__ = ["BackOfficeConfig", "FluxsiteConfig", "checks"]  # importing the checks registers them


class FluxsiteConfig(AppConfig):
    name = "fluxsite"


class BackOfficeConfig(admin.AdminConfig):
    default = False
    default_site = "fluxsite.back_office.BackOffice"
