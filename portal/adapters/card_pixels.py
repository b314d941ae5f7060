"""The child process of card_images: a file on standard input becomes a plain JPEG or a reason on standard output."""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import Any

import pillow_heif
import pypdfium2
from PIL import Image, ImageCms, ImageOps

from portal.adapters.card_quality import flaws_of
from portal.card_ports import CardFault, CleanImage, UnusableImage

MAX_PIXELS = 50_000_000  # the largest that phones take by themselves are 48 and 50 megapixels
MIN_SIDE = 1_000  # SCH-14
MAX_SIDE = 2_000
# A progressive JPEG is decoded once for each scan; cameras write one, encoders of pictures about ten.
MAX_SCANS = 100
QUALITY = 88
MEMORY_BYTES = 2 * 1024**3


def cleaned(kind: str, content: bytes) -> CleanImage:
    """The picture in these bytes made anew; raises UnusableImage and nothing else."""
    try:
        return _made_anew(_upright(_OPENERS[kind](content)))
    except UnusableImage:
        raise
    except Image.DecompressionBombError as error:
        raise UnusableImage(CardFault.TOO_MANY_DOTS) from error
    except Exception as error:  # a decoder may raise anything at all over hostile bytes
        raise UnusableImage(CardFault.DAMAGED) from error


def _made_anew(picture: Image.Image) -> CleanImage:
    if max(picture.size) < MIN_SIDE:
        raise UnusableImage(CardFault.TOO_SMALL)
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return CleanImage(
        content=file.getvalue(),
        width=picture.width,
        height=picture.height,
        flaws=flaws_of(picture),
    )


def _jpeg(content: bytes) -> Image.Image:
    if content.count(b"\xff\xda") > MAX_SCANS:
        raise UnusableImage(CardFault.DAMAGED)
    picture = Image.open(io.BytesIO(content), formats=["JPEG"])
    _refuse_bombs(picture.size)
    # The decoder itself halves a large picture while it reads: a quarter of the memory, and never below twice what we keep.
    picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
    return picture


def _png(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content), formats=["PNG"])
    _refuse_bombs(picture.size)
    return picture


def _heif(content: bytes) -> Image.Image:
    pillow_heif.options.DECODE_THREADS = 1
    file = pillow_heif.open_heif(content, convert_hdr_to_8bit=True)
    _refuse_bombs(file.size)
    return file.to_pillow()


def _pdf(content: bytes) -> Image.Image:
    """The first page, drawn so that its longer side is what we keep, whatever size it claims."""
    page = pypdfium2.PdfDocument(content)[0]
    width, height = page.get_size()
    if min(width, height) <= 0:
        raise UnusableImage(CardFault.DAMAGED)
    drawn = page.render(scale=MAX_SIDE / max(width, height), may_draw_forms=False)
    picture: Image.Image = drawn.to_pil()
    return picture


def _refuse_bombs(size: tuple[int, int]) -> None:
    """By what the header says, before a pixel is decoded."""
    width, height = size
    if width * height > MAX_PIXELS:
        raise UnusableImage(CardFault.TOO_MANY_DOTS)


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held, on white, in sRGB, with nothing beside its pixels."""
    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    return _srgb(picture, profile)


def _srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """A broken or unfitting profile is dropped: slightly wrong colours read as well."""
    if picture.mode.startswith("I"):
        # Pillow would cut 16-bit grey at 255: bring it down first.
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            srgb = ImageCms.createProfile("sRGB")
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(picture, found, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            turned = None
        if turned is not None:
            return _bare(turned)
    return _bare(picture.convert("RGB"))


def _bare(picture: Image.Image) -> Image.Image:
    """Only the pixels: EXIF, GPS, comments and profile stay behind."""
    picture.info.clear()
    return picture


_OPENERS = {"jpeg": _jpeg, "png": _png, "heif": _heif, "pdf": _pdf}


def _limit(cpu_seconds: int) -> None:
    """What the child may use; no core file either, for it would hold somebody's card."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    """Answer for one file: a line of JSON, then the JPEG."""
    kind, content = sys.argv[1], sys.stdin.buffer.read()
    _limit(int(sys.argv[2]))
    try:
        clean = cleaned(kind, content)
    except UnusableImage as refused:
        _say({"fault": refused.fault}, b"")
    else:
        said = {"width": clean.width, "height": clean.height, "flaws": clean.flaws}
        _say(said, clean.content)


def _say(answer: dict[str, Any], jpeg: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + jpeg)


if __name__ == "__main__":
    main()
