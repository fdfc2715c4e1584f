"""The few things that templates cannot say by themselves."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.credits import Statement
from accounts.models import Person
from gallery import words
from gallery.models import Conductor
from gallery.narrowing import Filter, Option
from gallery.problems import waiting
from gallery.stencils import Stencil
from gallery.tiles import Tile

register = template.Library()
register.filter("credits", words.credits)

TILE = Stencil.of(Tile, "gallery/_tile.html", "tile", "is_favourite", "approval")
CHOICE = Stencil.of(Option, "gallery/_choice.html", "option", "is_chosen")


@register.simple_tag(name="icon")
@cache  # the sprite keeps its address for as long as the process lives
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


@register.inclusion_tag("_quota.html")
def quota(statement: Statement, *, out_of_band: bool = False) -> dict[str, object]:
    """The meter in the header: what may be spent now, of what this month gave."""
    granted, left = statement.granted, statement.available
    return {
        "left": words.roughly(left),
        "granted": words.roughly(granted),
        # Not for reading, so without separators.
        "value": f"{left:.2f}",
        "most": f"{max(granted, left, Decimal(1)):.2f}",
        "low": f"{granted / 20:.2f}",
        "high": f"{granted / 5:.2f}",
        "renews_on": statement.renews_on,
        "out_of_band": out_of_band,
    }


@register.simple_tag
def waiting_words(conductor: Conductor, person: Person) -> str:
    return waiting(conductor, is_admin=person.is_admin)


@register.simple_tag(name="tiles", takes_context=True)
def tiles_of(
    context: Context,
    tiles: Iterable[Tile],
    *,
    sizes: str,
    is_trash: bool = False,
    picks: bool = False,
) -> SafeString:
    """Pictures in a grid, for the person who looks at it."""
    is_maker = bool(getattr(context.get("user"), "is_maker", False))
    return TILE.filled(tiles, sizes=sizes, is_trash=is_trash, picks=picks, is_maker=is_maker)


@register.simple_tag
def choices(one: Filter) -> SafeString:
    return CHOICE.filled(one.options, name=one.name)
