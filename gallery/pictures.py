"""Pixels: look at a file that arrived, and make the smaller pictures that pages show."""

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError
from pillow_heif import register_heif_opener

MAX_PIXELS = 100_000_000
RENDITIONS = {"large": 1280, "medium": 640, "small": 320}  # the longest side; largest first

# Pillow checks it while it reads the header, before it reserves memory. It only warns between
# one and two times this number, so the size is looked at once more below.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
register_heif_opener(thumbnails=False)

# By EXIF orientation.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)

BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow raises over damaged files, beside errors of its own.
DAMAGE = (
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class PictureRefused(Exception):
    """Final: another download of the same file could not help."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    format: str
    content_type: str
    extension: str


# Named as Pillow does. MPO is a JPEG with more pictures behind the first.
KINDS = {
    "PNG": Kind(format="png", content_type="image/png", extension="png"),
    "JPEG": Kind(format="jpeg", content_type="image/jpeg", extension="jpg"),
    "MPO": Kind(format="jpeg", content_type="image/jpeg", extension="jpg"),
    "WEBP": Kind(format="webp", content_type="image/webp", extension="webp"),
    "GIF": Kind(format="gif", content_type="image/gif", extension="gif"),
    "HEIF": Kind(format="heic", content_type="image/heic", extension="heic"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Which files are let in, and how large their pictures are kept in memory."""

    formats: tuple[str, ...]
    in_words: str
    most_pixels: int
    longest: int


ARRIVING = Terms(
    formats=("PNG", "JPEG", "WEBP", "GIF"),
    in_words="PNG, JPEG, WebP or GIF",
    most_pixels=MAX_PIXELS,
    longest=max(RENDITIONS.values()),
)
# What people bring. No model takes more in than these 17 megapixels at most.
BROUGHT = Terms(
    formats=(*ARRIVING.formats, "HEIF"),
    in_words="PNG, JPEG, WebP, GIF or HEIC",
    most_pixels=40_000_000,
    longest=4096,
)
# Beyond these a picture without transparency is written as JPEG, whatever it came as.
MOST_PIXELS_AS_PNG = 4_200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(Kind):
    width: int  # as seen, once turned upright
    height: int
    colour: str  # "#rrggbb", the average over white


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Decoded once: what pages need is no larger than the largest rendition."""

    facts: Facts
    large: Image.Image
    is_animated: bool = False

    def rewritten(self) -> tuple[Kind, bytes]:
        """As a file of its own, without a word beside the pixels: PNG or JPEG, as fits."""
        is_exact = self.facts.format in ("png", "gif")
        is_small = self.large.width * self.large.height <= MOST_PIXELS_AS_PNG
        image, data = self.large.copy(), io.BytesIO()
        image.info.clear()  # comments and profiles, which Pillow would write down again
        if image.mode == "RGBA" or (is_exact and is_small):
            image.save(data, "PNG")
            return KINDS["PNG"], data.getvalue()
        image.save(data, "JPEG", quality=93, subsampling=0)
        return KINDS["JPEG"], data.getvalue()

    def on_white(self) -> Image.Image:
        """For files that know no transparency."""
        white = Image.new("RGB", self.large.size, "white")
        white.paste(self.large, mask=self.large if self.large.mode == "RGBA" else None)
        return white

    def renditions(self) -> dict[str, bytes]:
        """WebP by name, without metadata, each made from the next larger, never enlarged."""
        made, image = {}, self.large
        for name, longest in RENDITIONS.items():
            image = _no_larger(image.copy(), longest)
            made[name] = _as_webp(image)
        return made


def open_picture(file: BinaryIO, terms: Terms = ARRIVING) -> Picture:
    """Decode a whole file, upright and in sRGB, or raise PictureRefused; of many frames, the first.

    The picture is the smaller one that the terms allow; the facts are the file's.
    """
    with _failures_in_words(terms):
        _check(file, terms)
        with Image.open(file, formats=terms.formats) as image:
            kind, size = KINDS[str(image.format)], image.size
            is_animated = kind is not KINDS["MPO"] and getattr(image, "is_animated", False)
            image.seek(0)
            large = _no_larger(_continuous(image), terms.longest)
            large.load()
            orientation = _orientation(large)
            large = _in_srgb(_upright(large, orientation))
    size = size[::-1] if orientation in SIDEWAYS else size
    return Picture(facts=_facts(kind, size, large), large=large, is_animated=is_animated)


def examine(file: BinaryIO) -> Facts:
    return open_picture(file).facts


def renditions(file: BinaryIO) -> dict[str, bytes]:
    return open_picture(file).renditions()


def _check(file: BinaryIO, terms: Terms) -> None:
    with Image.open(file, formats=terms.formats) as image:
        width, height = image.size
        if width * height > terms.most_pixels:
            raise Image.DecompressionBombError
        # Decoding alone would not notice that a PNG ends too early, or a wrong checksum.
        image.verify()


def _continuous(image: Image.Image) -> Image.Image:
    """The same in a mode that can be made smaller: with no palette, and 8 bits a channel."""
    if image.mode.startswith("I"):
        # Pillow would cut off at 255 what has 16 bits.
        return image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _no_larger(image: Image.Image, longest: int) -> Image.Image:
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image


def _orientation(image: Image.Image) -> int:
    # A good picture is not refused for what is written beside it.
    with suppress(*DAMAGE):
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turned = TURNS.get(orientation)
    return image if turned is None else image.transpose(turned)


def _in_srgb(image: Image.Image) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" and _shows_through(image) else "RGB"
    profile = image.info.get("icc_profile")
    if profile:
        # A profile that cannot be read, or is one of other colours, tells nothing.
        with suppress(ImageCms.PyCMSError):
            image = _from_profile(image, profile)
    return image.convert(mode)


def _shows_through(image: Image.Image) -> bool:
    return image.getchannel("A").getextrema() != (255, 255)


def _from_profile(image: Image.Image, profile: bytes) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image,
        io.BytesIO(profile),
        ImageCms.createProfile("sRGB"),
        outputMode="RGBA" if image.mode == "RGBA" else "RGB",
    )
    return converted or image


def _facts(kind: Kind, size: tuple[int, int], image: Image.Image) -> Facts:
    return Facts(
        format=kind.format,
        content_type=kind.content_type,
        extension=kind.extension,
        width=size[0],
        height=size[1],
        colour=_average(image),
    )


def _average(image: Image.Image) -> str:
    one = image.resize((1, 1), Image.Resampling.BOX).convert("RGBA")
    white = Image.new("RGBA", (1, 1), "white")
    return "#" + Image.alpha_composite(white, one).convert("RGB").tobytes().hex()


def _as_webp(image: Image.Image) -> bytes:
    # Pillow writes neither EXIF nor XMP nor a profile into a WebP unless it is handed them.
    data = io.BytesIO()
    image.save(data, "WEBP", quality=80, method=2)
    return data.getvalue()


@contextmanager
def _failures_in_words(terms: Terms) -> Iterator[None]:
    try:
        yield
    except BOMBS as error:
        limit = terms.most_pixels // 1_000_000
        reason = f"The picture has more than {limit} megapixels."
        raise PictureRefused(reason, is_final=True) from error
    except UnidentifiedImageError as error:
        raise PictureRefused(f"The file is not a {terms.in_words} picture.") from error
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # The disk's, not the picture's.
        raise PictureRefused("The picture is damaged or cut short.") from error
