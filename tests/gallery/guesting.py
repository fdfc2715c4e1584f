"""A gallery with a public link, as a manager would make it."""

from datetime import timedelta

from django.utils import timezone

from gallery.models import ShareLink
from gallery.models.share import hash_of
from gallery.sharing import LinkForm, create_link

TERMS = ("allows_downloads", "shows_prompts", "takes_responses")


def link_to(gallery, *, password="", days=7, **terms):
    """Its path: the address without the host."""
    data = {"expires_on": timezone.localdate() + timedelta(days=days), "password": password}
    form = LinkForm(data | {name: "on" for name in TERMS if terms.get(name)})
    assert form.is_valid(), form.errors
    address = create_link(gallery, form, by=gallery.owner)
    return "/" + address.split("/", 3)[3]


def row_of(path):
    return ShareLink.objects.filter(token_hash=hash_of(path.split("/")[2]))


def expire(path):
    row_of(path).update(expires_at=timezone.now() - timedelta(seconds=1))
