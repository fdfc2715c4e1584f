"""Take the picture that a request brings."""

from dataclasses import dataclass

from accounts.requests import TeamRequest
from gallery import uploads
from gallery.models import Upload
from gallery.pictures import PictureRefused

NONE_CHOSEN = "No file came. Choose a picture."


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """An upload, or what is wrong with the file."""

    upload: Upload | None = None
    note: str = ""
    problem: str = ""


def is_bringing(request: TeamRequest) -> bool:
    return bool(request.FILES) or _length(request) > uploads.MAX_REQUEST


def bring(request: TeamRequest) -> Brought:
    if _length(request) > uploads.MAX_REQUEST:
        return Brought(problem=uploads.too_large(_length(request)))
    # Two fields bear the name: one opens the files of the device, one its camera.
    chosen = next(iter(request.FILES.getlist("picture")), None)
    if chosen is None:
        return Brought(problem=NONE_CHOSEN)
    try:
        kept = uploads.keep(chosen, by=request.user)
    except PictureRefused as refusal:
        return Brought(problem=refusal.reason)
    return Brought(upload=kept.upload, note=kept.note)


def _length(request: TeamRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)
