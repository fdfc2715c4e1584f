"""Stacked bars as numbers that a template writes down as SVG, with a table beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gallery import words

WIDTH, HEIGHT = 1080, 260
LEFT, TOP, BASE = 44, 14, 230
LABELS = 11  # so many below the axis have room
THINNEST = 0.5  # a piece that is there is seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One bar as it is meant: its name, and from the bottom up the value for each look."""

    label: str
    title: str
    parts: Sequence[tuple[str, Decimal]] = ()
    expected: Decimal = Decimal(0)  # of a day that is still to come

    @property
    def total(self) -> Decimal:
        return sum((value for _, value in self.parts), Decimal(0)) or self.expected


@dataclass(frozen=True, slots=True)
class Piece:
    look: str
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The whole height belongs to it, so that a pointer finds it and hears its title."""

    x: float
    width: float
    middle: str
    title: str
    label: str
    pieces: tuple[Piece, ...]

    @property
    def reach(self) -> str:
        return f"M{self.x:.1f} {TOP}h{self.width:.1f}V{BASE}h-{self.width:.1f}z"


@dataclass(frozen=True, slots=True)
class Layer:
    """All pieces of one look as one path: a page of 90 days stays light."""

    look: str
    path: str


@dataclass(frozen=True, slots=True)
class Tick:
    y: str
    text_y: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    title: str
    summary: str
    bars: tuple[Bar, ...]
    layers: tuple[Layer, ...]
    ticks: tuple[Tick, ...]
    box: str = field(default=f"0 0 {WIDTH} {HEIGHT}")
    left: str = str(LEFT)
    right: str = str(WIDTH)
    beside: str = str(LEFT - 8)  # the axis, for its numbers


def stacked(columns: Sequence[Column], *, title: str, summary: str) -> Chart:
    top, step = _scale(max((column.total for column in columns), default=Decimal(0)))
    slot = (WIDTH - LEFT) / max(1, len(columns))
    every = max(1, math.ceil(len(columns) / LABELS))
    bars = tuple(
        _bar(column, LEFT + slot * place, slot, top, is_named=place % every == 0)
        for place, column in enumerate(columns)
    )
    return Chart(
        title=title,
        summary=summary,
        bars=bars,
        layers=_layers(bars),
        ticks=tuple(_tick(step * number, top) for number in range(int(top / step) + 1)),
    )


def _scale(highest: Decimal) -> tuple[Decimal, Decimal]:
    """The top of the axis, and the step between its lines: 1, 2 or 5 with zeros."""
    if highest <= 0:
        return Decimal(1), Decimal(1)
    size = Decimal(10) ** (highest / 3).adjusted()
    step = next(size * each for each in (1, 2, 5, 10) if size * each * 3 >= highest)
    return step * math.ceil(highest / step), step


def _bar(column: Column, x: float, slot: float, top: Decimal, *, is_named: bool) -> Bar:
    width = min(32.0, slot * 0.66)
    left = x + (slot - width) / 2
    return Bar(
        x=left,
        width=width,
        middle=f"{left + width / 2:.1f}",
        title=column.title,
        label=column.label if is_named else "",
        pieces=tuple(_pieces(column, top)),
    )


def _pieces(column: Column, top: Decimal) -> list[Piece]:
    parts = column.parts or ([("band", column.expected)] if column.expected else [])
    pieces, y = [], float(BASE)
    for look, value in parts:
        if value > 0:
            height = max(THINNEST, float(value / top) * (BASE - TOP))
            y -= height
            pieces.append(Piece(look, y, height))
    return pieces


def _layers(bars: Sequence[Bar]) -> tuple[Layer, ...]:
    paths: dict[str, list[str]] = {}
    for bar in bars:
        for piece in bar.pieces:
            box = f"M{bar.x:.1f} {piece.y:.1f}h{bar.width:.1f}v{piece.height:.1f}h-{bar.width:.1f}z"
            paths.setdefault(piece.look, []).append(box)
    return tuple(Layer(look, "".join(boxes)) for look, boxes in sorted(paths.items()))


def _tick(value: Decimal, top: Decimal) -> Tick:
    y = BASE - float(value / top) * (BASE - TOP)
    return Tick(f"{y:.1f}", f"{y + 4:.1f}", words.credits(value))
