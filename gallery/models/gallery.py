"""Named collections of images that can be shared."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from accounts.models import Group, Person

LONGEST_NAME = 120
LONGEST_DESCRIPTION = 2000
LONGEST_GUEST_NAME = 60


class GalleryRole(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    CONTRIBUTOR = "contributor", "Contributor"
    MANAGER = "manager", "Manager"


OWNER = "owner"  # above the roles that can be given
MANAGING = (OWNER, GalleryRole.MANAGER)
CONTRIBUTING = (*MANAGING, GalleryRole.CONTRIBUTOR)


class Order(models.TextChoices):
    NEWEST = "newest", "Newest first"
    HAND = "hand", "By hand"


class Approval(models.TextChoices):
    NONE = "", "Not decided"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class GalleryQuerySet(models.QuerySet["Gallery"]):
    def visible_to(self, person: Person) -> "GalleryQuerySet":
        """One's own, those that one was invited to, by a group, too, and the team's."""
        return self.filter(Q(owner=person) | Q(is_for_team=True) | _is_given(person))

    def shared_with(self, person: Person) -> "GalleryQuerySet":
        return self.visible_to(person).exclude(owner=person)

    def managed_by(self, person: Person) -> "GalleryQuerySet":
        """Who decides on members, links, cover, order and words."""
        return self.filter(Q(owner=person) | _is_given(person, GalleryRole.MANAGER))

    def open_to_contributions_of(self, person: Person) -> "GalleryQuerySet":
        """Where they may put pictures of their own; who only looks on this site has none."""
        if not person.is_maker:
            return self.none()
        adding = (GalleryRole.CONTRIBUTOR, GalleryRole.MANAGER)
        return self.filter(Q(owner=person) | _is_given(person, *adding))

    def with_role_of(self, person: Person) -> "GalleryQuerySet":
        """Each with `role`: the most that this person is in it; empty for who is nothing."""
        given = (
            When(_is_given(person, role), then=Value(role.value)) for role in reversed(GalleryRole)
        )
        return self.annotate(
            role=Case(
                When(owner=person, then=Value(OWNER)),
                *given,
                When(is_for_team=True, then=Value(GalleryRole.VIEWER.value)),
                default=Value(""),
                output_field=models.CharField(),
            )
        )


def _is_given(person: Person, *roles: str) -> Q:
    """Whether the gallery is shared with the person or one of their groups, in one of the roles."""
    there = Q(gallery=OuterRef("pk")) & (Q(role__in=roles) if roles else Q())
    groups = Group.people.through.objects.filter(person=person).values("group")
    alone = Membership.objects.filter(there, person=person)
    return Q(Exists(alone)) | Q(Exists(GroupMembership.objects.filter(there, group__in=groups)))


class Gallery(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="galleries"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    description = models.TextField(blank=True, max_length=LONGEST_DESCRIPTION)
    cover = models.ForeignKey(
        "gallery.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="One of its pictures; without it, those on top",
    )
    order = models.CharField(max_length=8, choices=Order.choices, default=Order.NEWEST)
    is_for_team = models.BooleanField("for the whole team", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = GalleryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "galleries"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="gallery_time")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("gallery_detail", args=[self.pk])

    @property
    def sign(self) -> str:
        """For the audit log: names of galleries are read by those who may see them."""
        return f"the gallery {str(self.pk)[:8]}"

    @property
    def is_by_hand(self) -> bool:
        return self.order == Order.HAND


class Membership(models.Model):
    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=12, choices=GalleryRole.choices, default=GalleryRole.VIEWER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gallery", "person"], name="membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} as {self.get_role_display()}"


class GroupMembership(models.Model):
    """A gallery is shared with whoever is in the group at the moment."""

    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="group_memberships")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=12, choices=GalleryRole.choices, default=GalleryRole.VIEWER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gallery", "group"], name="group_membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.group} as {self.get_role_display()}"


class PlacementQuerySet(models.QuerySet["Placement"]):
    def in_order_of(self, gallery: Gallery) -> "PlacementQuerySet":
        """Those of one gallery, first things first."""
        at = "rank" if gallery.is_by_hand else "placed_at"
        return self.filter(gallery=gallery).order_by(F(at).desc(), "-image")


class Placement(models.Model):
    """One image in one gallery."""

    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="placements")
    image = models.ForeignKey("gallery.Image", on_delete=models.CASCADE, related_name="placements")
    placed_at = models.DateTimeField(default=timezone.now, editable=False)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    rank = models.BigIntegerField(
        default=0, help_text="The highest comes first; 0 for what was never put in order by hand"
    )

    # A person of the team decided, or a guest, whose name is whatever they gave.
    approval = models.CharField(
        max_length=8, choices=Approval.choices, default=Approval.NONE, blank=True
    )
    approval_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    approval_guest = models.CharField(max_length=LONGEST_GUEST_NAME, blank=True)
    approval_at = models.DateTimeField(null=True, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gallery", "image"], name="placement_once")]
        indexes = [
            models.Index(fields=["gallery", "-placed_at", "-image"], name="placement_gallery_time"),
            models.Index(fields=["gallery", "-rank", "-image"], name="placement_gallery_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.image_id} in {self.gallery_id}"
