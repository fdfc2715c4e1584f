"""What people do with a job of theirs: cancel, hide, ask once more."""

import uuid

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.credits import AllowanceExceeded
from accounts.requests import TeamRequest
from gallery import generations
from gallery.generations import ModelGone, NotAllowed, ReferenceGone, TooManyQueued
from gallery.models import Generation
from gallery.views.answers import in_words, only_looks, post_or_studio, shown_in_feed, token_of


@post_or_studio
def generation_cancel(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    generation = _own(request, pk)
    if not generations.cancel(generation) and generation.is_open:
        messages.warning(request, "It was sent a moment ago, so it can't be cancelled any more.")
    return shown_in_feed(request, generation)


@post_or_studio
def generation_hide(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    generation = _own(request, pk)
    generations.hide(generation)
    return shown_in_feed(request, generation)


@post_or_studio
def generation_retry(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    generation = _own(request, pk)
    try:
        made = generations.retry(generation, by=request.user, token=token_of(request))
    except NotAllowed:
        return only_looks(request, prompt=generation.prompt)
    except (AllowanceExceeded, TooManyQueued, OperationalError) as refusal:
        messages.error(request, in_words(refusal, request.user))
        return shown_in_feed(request, generation)
    except (ModelGone, ReferenceGone) as refusal:
        messages.error(request, in_words(refusal, request.user))
        return _chosen_anew(request, generation)
    return shown_in_feed(request, made)


def _chosen_anew(request: TeamRequest, generation: Generation) -> HttpResponse:
    """An edit is led to its page, filled in, to choose another picture or model there."""
    if not generation.is_edit:
        return shown_in_feed(request, generation)
    address = f"{reverse('edit')}?again={generation.pk}"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _own(request: TeamRequest, pk: uuid.UUID) -> Generation:
    return get_object_or_404(Generation.objects.visible_to(request.user), pk=pk)
