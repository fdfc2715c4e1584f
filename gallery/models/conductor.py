"""The engine's own rows: who conducts, how fast, why not, and signs of life."""

from django.db import models


class Pause(models.TextChoices):
    """Why nothing is being submitted."""

    NONE = "", "Working"
    BUSY = "busy", "The API asked to slow down"
    DOWN = "down", "The API can't be reached"
    TOKEN = "token", "The API refuses the token"
    USED_UP = "used_up", "The account at the API is used up"
    STORAGE = "storage", "Our own storage can't be written"
    ADMIN = "admin", "An admin has paused new jobs"


NEEDS_ADMIN = (Pause.TOKEN, Pause.USED_UP, Pause.STORAGE)


class Conductor(models.Model):
    """The one lease, and what its holder knows of the API's mood.

    `epoch` grows with each holder. `pace` is submissions a second, halved by a 429.
    """

    holder = models.CharField(max_length=120, blank=True)
    epoch = models.PositiveBigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    ticked_at = models.DateTimeField(null=True)
    pace = models.FloatField(default=0)
    line_version = models.PositiveBigIntegerField(default=0)  # counts what moved in the line
    failures_in_row = models.PositiveIntegerField(default=0)
    pause = models.CharField(max_length=10, choices=Pause.choices, default=Pause.NONE, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    pause_detail = models.CharField(max_length=500, blank=True)

    # When the one machine of a site on SQLite was started, by the clock that the engine's moments
    # are of, and the kernel's name of that start.
    machine_started = models.FloatField(null=True, editable=False)
    boot = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)

    # The last call that an admin made to see whether the API answers.
    test_asked_at = models.DateTimeField(null=True, blank=True)
    test_ended_at = models.DateTimeField(null=True, blank=True)
    test_trouble = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="conductor_is_one_row")
        ]

    def __str__(self) -> str:
        return self.holder or "nobody"

    @property
    def needs_admin(self) -> bool:
        return self.pause in NEEDS_ADMIN


class Heartbeat(models.Model):
    """When a task last went all the way through a cluster: broker, worker, result queue."""

    cluster = models.CharField(max_length=120, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.cluster


class ApiTally(models.Model):
    """How often a call of the API was answered so, and the seconds that took, since ever."""

    call = models.CharField(max_length=40)
    status = models.PositiveSmallIntegerField()  # 0: no answer came
    error = models.CharField(max_length=40, blank=True)
    number = models.PositiveBigIntegerField()
    seconds = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "status", "error"], name="api_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.status} {self.error}".rstrip()
