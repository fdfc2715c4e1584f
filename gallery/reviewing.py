"""What people and guests say of a picture in a gallery: approvals, hearts, comments on a spot."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.timesince import timesince

from accounts.models import Person
from gallery.models import Comment, Gallery, Guest, GuestHeart, Image, Placement
from gallery.models.gallery import LONGEST_GUEST_NAME, Approval
from gallery.models.share import LONGEST_COMMENT, WHOLE

MOST_COMMENTS = 200  # of one picture that are shown
TEXT = f"Write something, in at most {LONGEST_COMMENT:,} characters."
NAME = f"Give a name of at most {LONGEST_GUEST_NAME} characters."


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    id: str
    author: str
    is_guest: bool
    is_own: bool
    text: str
    when: str
    number: int  # of its spot; 0 when it has none
    x: str  # of the spot, in percent
    y: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Of one picture in one gallery."""

    approval: str
    approved_by: str  # in words; empty while nothing is decided
    hearts: int  # of guests
    remarks: tuple[Remark, ...]

    @property
    def spots(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.number]


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=LONGEST_GUEST_NAME,
        error_messages=dict.fromkeys(("required", "max_length"), NAME),
    )


class CommentForm(forms.Form):
    text = forms.CharField(
        max_length=LONGEST_COMMENT,
        error_messages=dict.fromkeys(("required", "max_length"), TEXT),
    )
    x = forms.IntegerField(required=False, min_value=0, max_value=WHOLE)
    y = forms.IntegerField(required=False, min_value=0, max_value=WHOLE)

    def clean(self) -> None:
        """A spot has both, or there is none: for a spot that can't be, no text is refused."""
        values = self.cleaned_data
        for name in ("x", "y"):
            self.errors.pop(name, None)
        if values.get("x") is None or values.get("y") is None:
            self.cleaned_data |= {"x": None, "y": None}


def review_of(gallery: Gallery, image: Image, viewer: Person | Guest | None) -> Review | None:
    """None when the picture is not in the gallery any more."""
    placed = Placement.objects.filter(gallery=gallery, image=image)
    placement = placed.select_related("approval_by").first()
    if placement is None:
        return None
    comments = Comment.objects.filter(gallery=gallery, image=image)
    rows = list(comments.select_related("person", "guest")[:MOST_COMMENTS])
    return Review(
        approval=placement.approval,
        approved_by=_decided(placement),
        hearts=GuestHeart.objects.filter(gallery=gallery, image=image).count(),
        remarks=tuple(_remarks(rows, viewer)),
    )


def decide(gallery: Gallery, image: Image, approval: str, *, by: Person | Guest) -> bool:
    """The last one decides. Return whether the picture is there."""
    is_guest, is_decided = isinstance(by, Guest), approval != Approval.NONE
    placed = Placement.objects.filter(gallery=gallery, image=image)
    return bool(
        placed.update(
            approval=approval,
            approval_by=by if is_decided and not is_guest else None,
            approval_guest=str(by) if is_decided and is_guest else "",
            approval_at=timezone.now() if is_decided else None,
        )
    )


def comment(gallery: Gallery, image: Image, form: CommentForm, *, by: Person | Guest) -> Comment:
    return Comment.objects.create(
        gallery=gallery,
        image=image,
        person=by if isinstance(by, Person) else None,
        guest=by if isinstance(by, Guest) else None,
        **form.cleaned_data,
    )


def take_back(gallery: Gallery, key: uuid.UUID, *, by: Person | Guest) -> bool:
    """A comment: by whoever wrote it, or by who manages the gallery."""
    comments = Comment.objects.filter(gallery=gallery, pk=key)
    if isinstance(by, Guest):
        comments = comments.filter(guest=by)
    elif not Gallery.objects.managed_by(by).filter(pk=gallery.pk).exists():
        comments = comments.filter(person=by)
    gone, _ = comments.delete()
    return bool(gone)


def heart(gallery: Gallery, image: Image, *, by: Guest, is_favourite: bool) -> None:
    """The same twice is the same once."""
    if is_favourite:
        GuestHeart.objects.get_or_create(guest=by, image=image, defaults={"gallery": gallery})
    else:
        GuestHeart.objects.filter(guest=by, image=image).delete()


def _decided(placement: Placement) -> str:
    if not placement.approval or not placement.approval_at:
        return ""
    guest = placement.approval_guest
    who = f"{guest} (guest)" if guest else str(placement.approval_by or "somebody who has left")
    return f"{placement.get_approval_display()} by {who}, {_ago(placement.approval_at)}"


def _remarks(rows: Sequence[Comment], viewer: Person | Guest | None) -> Iterator[Remark]:
    number = 0
    for row in rows:
        has_spot = row.x is not None and row.y is not None
        number += has_spot
        yield Remark(
            id=str(row.pk),
            author=row.author,
            is_guest=row.guest_id is not None,
            is_own=viewer is not None and viewer.pk in (row.person_id, row.guest_id),
            text=row.text,
            when=_ago(row.created_at),
            number=number if has_spot else 0,
            x=f"{(row.x or 0) / 10:.1f}%",
            y=f"{(row.y or 0) / 10:.1f}%",
        )


def _ago(moment: datetime) -> str:
    words = timesince(moment, depth=1)
    return "just now" if words.startswith("0") else f"{words} ago"
