"""Renditions: time and bytes of every way to make them, beside the way that is chosen.

Paintings of the emulator, and what is hard on a codec as a photograph is: soft gradients and fine
noise. All three sizes of each picture are made; time is the processor's, and each figure is shown
as a ratio to the choice of `gallery.pictures`, measured in the same run.
"""

import io
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image, ImageChops, ImageFilter, ImageStat  # noqa: E402  (the house comes first)

from gallery.flux.painting import FAMILIES, Scene, compose  # noqa: E402
from gallery.pictures import RENDITIONS, open_picture  # noqa: E402

SIZE = (1344, 1008)
PAINTED = 4  # pictures, each of another family
SIDES = tuple(RENDITIONS.values())


@dataclass(frozen=True, slots=True)
class Way:
    name: str
    format: str
    options: dict[str, Any]
    is_cascade: bool = True  # each size from the next larger, else from the original


CHOSEN = Way("WebP 80, method 2 (chosen)", "WEBP", {"quality": 80, "method": 2})
WAYS = (
    CHOSEN,
    Way("the same, each from the original", "WEBP", CHOSEN.options, is_cascade=False),
    *(
        Way(f"WebP {quality}, method {method}", "WEBP", {"quality": quality, "method": method})
        for quality, method in ((80, 0), (80, 4), (80, 6), (70, 2), (75, 2), (85, 2), (90, 2))
    ),
    Way("JPEG 80, progressive", "JPEG", {"quality": 80, "progressive": True, "optimize": True}),
    Way("AVIF 60, speed 8", "AVIF", {"quality": 60, "speed": 8, "max_threads": 1}),
    Way("AVIF 60, speed 6", "AVIF", {"quality": 60, "speed": 6, "max_threads": 1}),
)


def main() -> None:
    pictures = dict(_pictures())
    print(f"\nRenditions of {len(pictures)} pictures of {SIZE[0]} × {SIZE[1]}, sides {SIDES}")
    for name, picture in pictures.items():
        _as_the_site_does(picture)
        print(f"  {name}: processor ms, kB of each size; × time, × bytes; how far off")
        usual = _made(picture, CHOSEN)
        for way in WAYS:
            print(f"    {way.name:<34}{_told(picture, usual, _made(picture, way))}", flush=True)


def _pictures() -> Iterator[tuple[str, Image.Image]]:
    for number, family in enumerate(sorted(FAMILIES)[:PAINTED]):
        scene = Scene(family=family, palette=0, seed=f"bench {number}", size=SIZE)
        yield f"painting, {family}", compose(scene)
    noise = Image.merge("RGB", [Image.effect_noise(SIZE, 50) for _ in range(3)])
    gradient = Image.merge("RGB", [_gradient(turn) for turn in (0, 90, 180)])
    yield "gradient with fine grain", Image.blend(gradient, noise, 0.15)
    yield "soft noise", noise.filter(ImageFilter.GaussianBlur(3))


def _gradient(turn: int) -> Image.Image:
    return Image.linear_gradient("L").rotate(turn).resize(SIZE, Image.Resampling.BICUBIC)


def _as_the_site_does(picture: Image.Image) -> None:
    """That CHOSEN is what the site writes."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    made = list(open_picture(file).renditions().values())
    assert made[-1] == _encoded(_scaled(open_picture(file).large, SIDES), CHOSEN)


def _scaled(image: Image.Image, sides: tuple[int, ...]) -> Image.Image:
    for side in sides:
        image = image.copy()
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image


def _encoded(image: Image.Image, way: Way) -> bytes:
    file = io.BytesIO()
    image.save(file, way.format, **way.options)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class Made:
    took: float  # milliseconds
    files: list[bytes]

    @property
    def bytes(self) -> int:
        return sum(map(len, self.files))


def _made(picture: Image.Image, way: Way) -> Made:
    def all_sizes() -> list[bytes]:
        image, files = picture, []
        for side in SIDES:
            image = _scaled(image if way.is_cascade else picture, (side,))
            files.append(_encoded(image, way))
        return files

    return min((_timed(all_sizes) for _ in range(3)), key=lambda made: made.took)


def _timed(make: Callable[[], list[bytes]]) -> Made:
    begun = time.process_time()
    files = make()
    return Made((time.process_time() - begun) * 1000, files)


def _told(picture: Image.Image, usual: Made, made: Made) -> str:
    sizes = " + ".join(f"{len(file) / 1000:.0f}" for file in made.files)
    ratios = f"× {made.took / usual.took:4.2f}, × {made.bytes / usual.bytes:4.2f}"
    return f"{made.took:6.0f} ms {sizes:>16} kB; {ratios}; {_off(picture, made.files[1]):.2f}"


def _off(picture: Image.Image, file: bytes) -> float:
    """The mean difference of a channel, of 255, to the same size without a codec."""
    shown = Image.open(io.BytesIO(file)).convert("RGB")
    wanted = picture.convert("RGB").resize(shown.size, Image.Resampling.LANCZOS)
    return sum(ImageStat.Stat(ImageChops.difference(shown, wanted)).mean) / 3


if __name__ == "__main__":
    main()
