"""A person's webhooks: listed with what was sent, made, removed."""

import uuid

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest
from gallery import webhooks
from gallery.forms import WebhookForm
from gallery.models import Delivery, Webhook
from gallery.posting import open_poster

SHOWN = 10  # deliveries of each
FULL = f"You have {webhooks.MOST} webhooks. Remove one that you do not need."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_list(request: TeamRequest) -> HttpResponse:
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _registered(request, form):
        return redirect("webhook_list")
    latest = Delivery.objects.order_by("-created_at", "-pk")[:SHOWN]
    own = Webhook.objects.visible_to(request.user)
    rows = own.prefetch_related(Prefetch("deliveries", latest, to_attr="latest"))
    status = 422 if form.is_bound else 200
    return render(request, "gallery/webhooks.html", {"form": form, "rows": rows}, status=status)


@require_POST
def webhook_remove(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    webhook = get_object_or_404(Webhook.objects.visible_to(request.user), pk=pk)
    webhook.delete()
    audit.record(AuditKind.SETTINGS, f"Removed the webhook to {webhook.host}", request=request)
    messages.success(request, "The webhook is removed.")
    return redirect("webhook_list")


def _registered(request: TeamRequest, form: WebhookForm) -> bool:
    try:
        with open_poster() as poster:
            made = webhooks.register(request.user, form.cleaned_data["address"], poster=poster)
    except webhooks.TooManyWebhooks:
        form.add_error(None, FULL)
        return False
    except webhooks.BadAddress as refusal:
        form.add_error("address", str(refusal))
        return False
    audit.record(AuditKind.SETTINGS, f"Made a webhook to {made.host}", request=request)
    messages.success(request, "The webhook is made. It hears of jobs that end from now on.")
    return True
