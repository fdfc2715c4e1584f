"""Stirring: what makes marble of clouds, and coasts of blots."""

from itertools import product

from PIL import Image

from gallery.flux.painting.canvas import Canvas, Point, values

CELL = 8  # the pixels of one mesh cell when a field is bent


def stirred(c: Canvas, field: Image.Image, cells: float, strength: float) -> Image.Image:
    """Turn a float field of the canvas's size about in eddies."""
    columns, rows = c.w // CELL + 2, c.h // CELL + 2
    moves = _eddies(c, columns + 1, rows + 1, cells, strength * min(c.size))
    mesh = []
    for across, along in product(range(columns), range(rows)):
        left, top = across * CELL, along * CELL
        corners: list[float] = []
        for dx, dy in ((0, 0), (0, 1), (1, 1), (1, 0)):
            x, y = moves[(along + dy) * (columns + 1) + across + dx]
            corners += [_fold(left + dx * CELL + x, c.w - 2), _fold(top + dy * CELL + y, c.h - 2)]
        mesh.append(((left, top, left + CELL, top + CELL), tuple(corners)))
    size = (columns * CELL, rows * CELL)
    bent = field.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
    return bent.crop((0, 0, c.w, c.h))


def _eddies(c: Canvas, columns: int, rows: int, cells: float, reach: float) -> list[Point]:
    """Steps across the slope of a noise field: they turn, and never pile up."""
    hills = Canvas((columns + 2, rows + 2), (), c.rng.randbytes(4).hex())
    height = values(hills.noise(cells, 2, detail=1))
    wide = columns + 2
    scale = reach * min(columns, rows) / cells / 2.4
    return [
        (
            (height[(y + 2) * wide + x + 1] - height[y * wide + x + 1]) * scale,
            (height[(y + 1) * wide + x] - height[(y + 1) * wide + x + 2]) * scale,
        )
        for y in range(rows)
        for x in range(columns)
    ]


def _fold(value: float, limit: float) -> float:
    """Back into the picture, as in a mirror at its edges."""
    value = abs(value) % (2 * limit)
    return min(value, 2 * limit - value)
