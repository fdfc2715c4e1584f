"""What people do with a batch of theirs: look at all of it, cancel, hide, ask once more."""

import uuid

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.credits import AllowanceExceeded
from accounts.requests import TeamRequest
from gallery import batches, feed
from gallery.batches import NothingToRetry, TooManyJobs, TooManyWaiting
from gallery.generations import ModelGone, NotAllowed
from gallery.models import Batch
from gallery.views.answers import in_words, only_looks, post_or_studio, shown_in_feed, token_of


@never_cache
@require_safe
def batch_detail(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    """All its pictures; the card in the feed shows the first ones."""
    batch, standing = _own(request, pk), feed.standing(request.user)
    group = feed.whole_batch(request.user, batch)
    return render(request, "gallery/batch_detail.html", {"card": group, "following": standing})


@post_or_studio
def batch_cancel(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    batch = _own(request, pk)
    if not batches.cancel(batch):
        messages.warning(request, "None of it waits any more: what was sent can't be cancelled.")
    return shown_in_feed(request, batch, is_here=True)


@post_or_studio
def batch_hide(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    batch = _own(request, pk)
    batches.hide(batch)
    return shown_in_feed(request, batch)


REFUSALS = (
    AllowanceExceeded,
    TooManyJobs,
    TooManyWaiting,
    NothingToRetry,
    ModelGone,
    OperationalError,
)


@post_or_studio
def batch_retry(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    batch = _own(request, pk)
    try:
        made = batches.retry(batch, by=request.user, token=token_of(request))
    except NotAllowed:
        return only_looks(request, prompt=batch.template)
    except REFUSALS as refusal:
        messages.error(request, in_words(refusal, request.user))
        return shown_in_feed(request, batch)
    return shown_in_feed(request, made)


def _own(request: TeamRequest, pk: uuid.UUID) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
