"""The edit page: its source, its form, what it costs and where the picture goes."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import Person
from gallery.composer import Composer, composer_of
from gallery.flux import catalog
from gallery.forms import SAME, EditForm
from gallery.models import FluxModel, Generation, Image, Upload
from gallery.models.generation import Action
from gallery.sources import Source, source_of

# Made for edits, so chosen first by who has not edited before.
MADE_FOR_IT = "kontext"


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    composer: Composer
    source: Source | None
    problem: str  # with the source
    is_same_shape: bool
    jobs: str
    host: str  # where the picture goes; empty in demo mode


def editor_of(form: EditForm) -> Editor:
    composer, picture = composer_of(form), form.source
    return Editor(
        composer=composer,
        source=source_of(picture) if picture else None,
        problem=form.source_problem,
        is_same_shape=form["size"].value() == SAME,
        jobs=_jobs(composer.count),
        host="" if settings.DEMO else urlsplit(settings.FLUX_API_URL).hostname or "",
    )


def first_values(
    person: Person, picture: Image | Upload | None, *, prompt: str = ""
) -> dict[str, object]:
    """What the form begins with: a picture, and the model that was edited with before."""
    return {
        "prompt": prompt,
        "model": _usual_model(person),
        "size": SAME,
        "count": 1,
        _field(picture): picture,
    }


def again_values(edit: Generation, picture: Image | Upload | None) -> dict[str, object]:
    return {
        "prompt": edit.prompt,
        "model": edit.model_name,
        "size": edit.size,
        "count": 1,
        _field(picture): picture,
    }


def _field(picture: Image | Upload | None) -> str:
    return "upload" if isinstance(picture, Upload) else "image"


def _usual_model(person: Person) -> str:
    edits = Generation.objects.filter(owner=person, action=Action.EDIT)
    last = edits.order_by("-created_at", "-pk").values_list("model_name", flat=True).first()
    if last:
        return last
    fit = FluxModel.objects.for_editing().usable_by(person).filter(name__contains=MADE_FOR_IT)
    return fit.values_list("name", flat=True).first() or ""


def _jobs(count: str) -> str:
    """Beside the price, where it is more than one."""
    is_several = count in {str(number) for number in range(2, catalog.MAX_COUNT + 1)}
    return f"{count} jobs" if is_several else ""
