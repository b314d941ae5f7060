"""SCH-14: whatever is sent as a picture of a card becomes a plain JPEG or a reason; nothing else ever comes out."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import zipfile
import zlib

import pikepdf
import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from portal.adapters.card_images import MAX_BYTES, CardFiles, kind_of
from portal.adapters.card_pixels import MAX_SIDE, cleaned
from portal.card_ports import CardFault, CleanImage, UnusableImage

FILES = CardFiles()
SIZE = (1200, 760)
GPS = 0x8825


def photo(size: tuple[int, int] = SIZE, mode: str = "RGB") -> Image.Image:
    """Red above, blue below, so that a test sees which side is up."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (0, size[1] // 2, size[0], size[1]))
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str, **how) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def heic(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, quality=60)
    return file.getvalue()


def with_gps(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Testa's phone"
    exif.get_ifd(GPS).update({1: "N", 2: (40.0, 42.0, 46.0), 3: "W", 4: (74.0, 0.0, 21.0)})
    return exif


def opened(clean: CleanImage) -> Image.Image:
    picture = Image.open(io.BytesIO(clean.content))
    picture.load()
    assert picture.format == "JPEG"
    assert picture.mode == "RGB"
    assert picture.size == (clean.width, clean.height)
    assert max(picture.size) <= MAX_SIDE
    assert not picture.getexif()
    assert not {"icc_profile", "comment", "exif", "xmp", "progressive"} & set(picture.info)
    return picture


def fault_of(content: bytes) -> CardFault:
    with pytest.raises(UnusableImage) as refused:
        FILES.clean(content)
    return refused.value.fault


def outcome(content: bytes) -> CardFault | Image.Image:
    """Either is well; a third thing would raise here."""
    try:
        return opened(FILES.clean(content))
    except UnusableImage as refused:
        return refused.fault


def pdf(picture: Image.Image) -> bytes:
    return saved(picture, "PDF")


def png_header(width: int, height: int) -> bytes:
    """A picture of any size by its header, with hardly any pixels behind it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


GOOD = {
    "jpeg": saved(photo(), "JPEG"),
    "progressive jpeg": saved(photo(), "JPEG", progressive=True),
    "cmyk jpeg": saved(photo(mode="CMYK"), "JPEG"),
    "grey jpeg": saved(photo(mode="L"), "JPEG"),
    "png": saved(photo(), "PNG"),
    "png with alpha": saved(photo(mode="RGBA"), "PNG"),
    "png of a palette": saved(photo(mode="P"), "PNG", transparency=0),
    "png of 1 bit": saved(photo(mode="1"), "PNG"),
    "png of 16 bits": saved(Image.new("I;16", SIZE, 40_000), "PNG"),
    "moving png": saved(photo(), "PNG", save_all=True, append_images=[photo(mode="L")]),
    "heic": heic(photo()),
    "heic with alpha": heic(photo(mode="RGBA")),
    "pdf": pdf(photo()),
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_SCH_14_what_phones_and_scanners_send_becomes_a_plain_jpeg(content):
    picture = opened(FILES.clean(content))
    assert picture.width > picture.height


def test_SCH_14_the_first_page_of_a_pdf_is_the_card():
    several = saved(photo(), "PDF", save_all=True, append_images=[Image.new("RGB", (50, 900))])
    assert opened(FILES.clean(several)).width == MAX_SIDE


def test_SCH_14_a_picture_is_turned_as_the_camera_was_held():
    sideways = photo().transpose(Image.Transpose.ROTATE_90)
    exif = with_gps(orientation=6)  # turn it clockwise to see it upright
    picture = opened(FILES.clean(saved(sideways, "JPEG", exif=exif)))
    assert picture.size == SIZE
    assert picture.getpixel((600, 100))[0] > 200
    assert picture.getpixel((600, 700))[2] > 200


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_HIPAA_no_place_and_no_phone_stays_in_the_picture(kind):
    sent = saved(photo(), kind, exif=with_gps())
    assert b"Testa's phone" in sent
    clean = FILES.clean(sent)
    opened(clean)
    assert b"Testa" not in clean.content
    assert b"Exif" not in clean.content


def test_a_colour_profile_is_turned_to_srgb_and_dropped():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for bytes_of_it in (profile, b"no profile at all"):
        opened(FILES.clean(saved(photo(), "JPEG", icc_profile=bytes_of_it)))


def test_16_bit_grey_keeps_its_greys():
    level = opened(FILES.clean(GOOD["png of 16 bits"])).getpixel((10, 10))[0]
    assert abs(level - 40_000 / 257) < 6


def test_see_through_dots_lie_on_white():
    clear = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    assert opened(FILES.clean(saved(clear, "PNG"))).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "tail",
    [b"<html><script>alert(1)</script></html>", b"MZ\x90\x00 This program"],
    ids=["html", "exe"],
)
def test_a_polyglot_loses_its_second_face(tail):
    for kind in ("jpeg", "png"):
        clean = FILES.clean(GOOD[kind] + tail)
        assert tail[:8] not in clean.content


def test_a_zip_behind_a_jpeg_is_gone():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("evil.js", "alert(1)" * 99)
    clean = FILES.clean(GOOD["jpeg"] + archive.getvalue())
    assert not zipfile.is_zipfile(io.BytesIO(clean.content))


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        saved(photo(), "GIF"),
        saved(photo(), "WEBP"),
        saved(photo(), "TIFF"),
        saved(photo(), "BMP"),
        b"MZ\x90\x00" + bytes(500),
        b"Member ID 123",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"PK\x03\x04" + bytes(99),
        b"\x00\x00\x00\x20ftypavif" + bytes(99),
    ],
    ids=["svg", "gif", "webp", "tiff", "bmp", "exe", "text", "postscript", "zip", "avif"],
)
def test_another_kind_is_refused_by_content(content):
    assert fault_of(content) is CardFault.WRONG_KIND


def test_nothing_and_too_much_are_refused_unopened():
    assert fault_of(b"") is CardFault.EMPTY
    assert fault_of(GOOD["jpeg"] + bytes(MAX_BYTES)) is CardFault.TOO_BIG


@pytest.mark.parametrize("kind", ["jpeg", "png", "heic", "pdf"])
def test_a_file_cut_short_is_refused(kind):
    whole = GOOD[kind]
    for keep in (12, len(whole) // 4, len(whole) // 2):
        assert fault_of(whole[:keep]) is CardFault.DAMAGED


def test_SCH_14_too_few_dots_to_read_are_refused_whichever_way_the_phone_was_held():
    assert fault_of(saved(photo((999, 600)), "JPEG")) is CardFault.TOO_SMALL
    FILES.clean(saved(photo((600, 1000)), "JPEG"))


def test_a_hundred_megapixels_are_refused_by_the_header():
    jpeg = bytearray(saved(Image.new("L", (16, 16)), "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 10_000, 10_000)
    for content in (png_header(10_000, 10_000), png_header(60_000, 60_000), bytes(jpeg)):
        assert fault_of(content) is CardFault.TOO_MANY_DOTS


def test_a_jpeg_of_endless_scans_is_refused_by_counting_them():
    progressive = saved(photo((64, 64)), "JPEG", progressive=True)
    scan = progressive[progressive.index(b"\xff\xda") : -2]
    assert fault_of(progressive[:-2] + scan * 200 + b"\xff\xd9") is CardFault.DAMAGED


def page(box: list[float], stream: bytes, **resources) -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    made.pages[0].MediaBox = pikepdf.Array(box)
    made.pages[0].Contents = made.make_stream(stream)
    if resources:
        made.pages[0].Resources = pikepdf.Dictionary(**resources)
    file = io.BytesIO()
    made.save(file, compress_streams=True)
    return file.getvalue()


def test_a_pdf_of_a_huge_page_is_drawn_no_larger_than_any_other():
    for side in (1, 500_000, 10**12):
        picture = opened(FILES.clean(page([0, 0, side, side], b"0 0 9 9 re f")))
        assert max(picture.size) == MAX_SIDE


def test_a_locked_or_empty_pdf_is_refused():
    made = pikepdf.new()
    file = io.BytesIO()
    made.save(file)
    assert fault_of(file.getvalue()) is CardFault.DAMAGED
    made.add_blank_page()
    file = io.BytesIO()
    made.save(file, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert fault_of(file.getvalue()) is CardFault.DAMAGED


def test_a_pdf_that_would_draw_for_years_ends_with_its_child(monkeypatch):
    """Forms that each draw the next ten times; only a limit on processor time can end that."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(600, 400))
    inner = made.make_stream(b"0 0 600 400 re f " * 50, Type=pikepdf.Name.XObject)
    inner.Subtype, inner.BBox = pikepdf.Name.Form, pikepdf.Array([0, 0, 600, 400])
    for _ in range(12):
        outer = made.make_stream(b"/F Do " * 10, Type=pikepdf.Name.XObject)
        outer.Subtype, outer.BBox = pikepdf.Name.Form, pikepdf.Array([0, 0, 600, 400])
        outer.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
        inner = outer
    made.pages[0].Contents = made.make_stream(b"/F Do " * 10)
    made.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
    file = io.BytesIO()
    made.save(file)
    monkeypatch.setattr("portal.adapters.card_images.CPU_SECONDS", 2)
    assert fault_of(file.getvalue()) is CardFault.DAMAGED


def test_a_pdf_bomb_stream_is_bounded():
    bomb = page([0, 0, 600, 400], b"0 0 9 9 re f\n" * 700_000)
    assert len(bomb) < 50_000
    outcome(bomb)


def test_the_child_knows_none_of_our_settings(monkeypatch):
    seen = {}

    def run(command, **how):
        seen.update(how)
        return subprocess.CompletedProcess(command, -9, b"", b"")

    monkeypatch.setenv("KINDBILL_SECRET_KEYS", "secret")
    monkeypatch.setattr(subprocess, "run", run)
    assert fault_of(GOOD["jpeg"]) is CardFault.DAMAGED  # killed: one refused file
    assert seen["env"] == {}


def test_no_web_worker_loads_a_decoder_or_the_ocr_engine():
    heavy = "PIL pillow_heif pypdfium2 numpy cv2 rapidocr onnxruntime"
    code = f"import sys, portal.wiring; print([m for m in {heavy.split()} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


SEEDS = [GOOD["jpeg"], GOOD["progressive jpeg"], GOOD["png"], GOOD["heic"], GOOD["pdf"]]
SMALL = [saved(photo((40, 30)), "JPEG"), saved(photo((40, 30)), "PNG"), heic(photo((64, 64)))]


def survives(content: bytes) -> None:
    """In this process, so that thousands are affordable; the child runs the same function."""
    kind = kind_of(content)
    if kind is None:
        return
    try:
        clean = cleaned(kind, content)
    except UnusableImage:
        return
    opened(clean)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_SCH_14_broken_bytes_raise_nothing_but_a_refusal(data):
    content = bytearray(data.draw(st.sampled_from(SEEDS + SMALL)))
    for _ in range(data.draw(st.integers(1, 8))):
        # Headers decide most, so half of the hits go there.
        end = data.draw(st.sampled_from([min(700, len(content)), len(content)]))
        content[data.draw(st.integers(0, end - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(1, len(content))) :]
    survives(bytes(content))


@given(
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\x18ftypheic", b"%PDF-"]),
    st.binary(max_size=400),
)
@settings(max_examples=100, deadline=None)
def test_noise_behind_a_good_beginning_raises_nothing_but_a_refusal(start, noise):
    survives(start + noise)


def test_a_corpus_of_broken_files_passes_through_the_child():
    chance = random.Random(14)
    for content in SEEDS * 2:
        broken = bytearray(content)
        for _ in range(20):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        outcome(bytes(broken))
