"""One wish of one person, the attempts at sending it, and the results on their way in."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Person
from gallery.flux import catalog
from gallery.models.flux_model import FluxModel


class Status(models.TextChoices):
    QUEUED = "queued", "Queued"
    SUBMITTING = "submitting", "Sending"
    UNCONFIRMED = "unconfirmed", "Checking"
    RUNNING = "running", "Running"
    STORING = "storing", "Saving"
    SUCCEEDED = "succeeded", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


FINAL = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)
IN_FLIGHT = (Status.SUBMITTING, Status.UNCONFIRMED, Status.RUNNING)  # may be busy at the API
OPEN = (Status.QUEUED, *IN_FLIGHT, Status.STORING)


class Action(models.TextChoices):
    GENERATE = "generate", "Generate"
    EDIT = "edit", "Edit"


class FeedVersionManager(models.Manager["FeedVersion"]):
    def advance(self, person_id: uuid.UUID) -> int:
        """Count one change in this person's feed; the row stays locked until the commit."""
        if not self.filter(pk=person_id).update(version=F("version") + 1):
            self.get_or_create(pk=person_id)
            self.filter(pk=person_id).update(version=F("version") + 1)
        return self.values_list("version", flat=True).get(pk=person_id)


class FeedVersion(models.Model):
    """How often anything in one person's feed has changed."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    version = models.PositiveBigIntegerField(default=0)

    objects = FeedVersionManager()

    def __str__(self) -> str:
        return str(self.version)


class GenerationQuerySet(models.QuerySet["Generation"]):
    def visible_to(self, person: Person) -> "GenerationQuerySet":
        return self.filter(owner=person)

    def open(self) -> "GenerationQuerySet":
        return self.filter(status__in=OPEN)

    def queued(self) -> "GenerationQuerySet":
        return self.filter(status=Status.QUEUED)

    def in_flight(self) -> "GenerationQuerySet":
        return self.filter(status__in=IN_FLIGHT)

    def shown(self) -> "GenerationQuerySet":
        return self.filter(hidden_at=None)

    def single(self) -> "GenerationQuerySet":
        return self.filter(batch=None)

    def leading(self) -> "GenerationQuerySet":
        """The rows of a feed: single ones, and the first of each batch in the name of all."""
        return self.filter(Q(place_in_batch=None) | Q(place_in_batch=0))

    def before(self, generation: "Generation") -> "GenerationQuerySet":
        """What comes after this one in a feed, newest first (keyset paging)."""
        return self.filter(
            Q(created_at__lt=generation.created_at)
            | Q(created_at=generation.created_at, pk__lt=generation.pk)
        )


class Generation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="generations"
    )
    form_token = models.UUIDField(default=uuid.uuid4, editable=False)

    # What is wished for.
    action = models.CharField(max_length=10, choices=Action.choices, default=Action.GENERATE)
    prompt = models.TextField()
    model = models.ForeignKey(
        FluxModel, on_delete=models.SET_NULL, null=True, related_name="generations"
    )
    model_name = models.CharField(max_length=60)
    size = models.CharField(max_length=20)
    count = models.PositiveSmallIntegerField(default=1)
    reference_image = models.ForeignKey(
        "gallery.Image", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reference_upload = models.ForeignKey(
        "gallery.Upload", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    batch = models.ForeignKey(
        "gallery.Batch",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="generations",
        db_index=False,  # there is a smaller one below
    )
    place_in_batch = models.PositiveSmallIntegerField(null=True, blank=True)  # 0 is the first

    # Where it is.
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    version = models.PositiveBigIntegerField(default=0)  # of the owner's feed, at the last change
    task_id = models.CharField(max_length=2000, blank=True)
    trace_id = models.CharField(max_length=200, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)

    # When.
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)  # when its result was first seen
    finished_at = models.DateTimeField(null=True, blank=True)

    # What it costs, in credits.
    price = models.DecimalField("price a picture", max_digits=10, decimal_places=4)
    reported_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    cost = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    is_possible_loss = models.BooleanField(default=False)

    # Why not.
    problem = models.CharField(max_length=30, blank=True)  # a key of gallery.problems
    problem_detail = models.TextField(blank=True)  # what the API said, for the details

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "form_token"], name="generation_one_per_form"),
            models.CheckConstraint(
                condition=Q(count__gte=1, count__lte=catalog.MAX_COUNT),
                name="generation_count_in_bounds",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="generation_owner_time"),
            models.Index(fields=["owner", "version"], name="generation_owner_version"),
            # Of all rows: SQLite uses no partial index for a list of states.
            models.Index(fields=["status", "created_at"], name="generation_status"),
            models.Index(
                fields=["next_look_at"],
                name="generation_next_look",
                condition=Q(next_look_at__isnull=False),
            ),
            models.Index(fields=["owner", "-submitted_at"], name="generation_owner_submitted"),
            models.Index(
                fields=["batch", "place_in_batch"],
                name="generation_batch",
                condition=Q(batch__isnull=False),
            ),
            models.Index(fields=["task_id"], name="generation_task", condition=~Q(task_id="")),
            models.Index(fields=["finished_at"], name="gen_failed", condition=Q(status="failed")),
            models.Index(
                fields=["created_at"], name="gen_lost", condition=Q(is_possible_loss=True)
            ),
        ]

    def __str__(self) -> str:
        return self.prompt[:60]

    @property
    def reference(self) -> str:
        """Its name in the ledger."""
        return f"generation:{self.pk}"

    @property
    def total_price(self) -> Decimal:
        return self.price * self.count

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def was_taken_twice(self) -> bool:
        """Whether the API has made two jobs of it: both may have been charged."""
        tasks = self.attempts.exclude(task_id="").order_by().values("task_id")
        return tasks.distinct().count() > 1

    @property
    def is_edit(self) -> bool:
        return self.action == Action.EDIT


class Outcome(models.TextChoices):
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    PUT_BACK = "put_back", "Not sent"
    UNCONFIRMED = "unconfirmed", "Unconfirmed"
    ABSENT = "absent", "Certainly absent"
    GIVEN_UP = "given_up", "Never found"


LIVE = (Outcome.SENT, Outcome.UNCONFIRMED)
IS_LIVE = Q(outcome__in=["sent", "unconfirmed"])
LOST = (Outcome.UNCONFIRMED, Outcome.GIVEN_UP)  # what the API's list may still show


class Attempt(models.Model):
    """One POST, written before it is made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    epoch = models.PositiveBigIntegerField()
    sent_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.SENT)
    task_id = models.CharField(max_length=2000, blank=True)
    problem_detail = models.TextField(blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)  # first listing without it
    next_listing_at = models.DateTimeField(null=True, blank=True)
    listed_at = models.DateTimeField(null=True, blank=True)  # when the API last answered about it
    callback = models.JSONField(null=True, blank=True)  # the first body that came
    is_callback_waiting = models.BooleanField(default=False)  # for the conductor to act on

    class Meta:
        ordering = ["generation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["generation"], condition=IS_LIVE, name="attempt_one_live"
            ),
        ]
        indexes = [
            models.Index(fields=["outcome", "sent_at"], name="attempt_live", condition=IS_LIVE),
            models.Index(fields=["sent_at"], name="attempt_sent"),
            models.Index(
                fields=["next_listing_at"],
                name="attempt_listing",
                condition=Q(next_listing_at__isnull=False),
            ),
            models.Index(
                fields=["is_callback_waiting"],
                name="attempt_callback_waiting",
                condition=Q(is_callback_waiting=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.generation_id} no. {self.number}"


class ResultState(models.TextChoices):
    WAITING = "waiting", "On its way"
    STORED = "stored", "Stored"
    REFUSED = "refused", "Refused"


class Result(models.Model):
    """One picture that the provider has made, until it is an image of ours (with the same id)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="results")
    position = models.PositiveSmallIntegerField()
    url = models.TextField()
    seed = models.CharField(max_length=40, blank=True)
    state = models.CharField(
        max_length=10, choices=ResultState.choices, default=ResultState.WAITING
    )
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)  # when somebody should next work on it
    holder = models.CharField(max_length=120, blank=True)  # who works on it, until `due_at`
    problem_detail = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["generation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "position"], name="result_position_once")
        ]
        indexes = [models.Index(fields=["due_at"], name="result_due", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.generation_id} no. {self.position}"
