"""Pictures from outside: what is drawn anew, and what is refused."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor, wait
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from mall.base import picture as picture_room
from mall.base.picture import MOST_HELD, MOST_PIXELS, Box, NoPicture, Picture, PictureTooLarge, re_encode

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 30), (30, 30, 200)


def photo(width: int = 320, height: int = 200, colour: Any = RED, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), colour)


def saved(picture: Image.Image, kind: str, **more: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def made(data: bytes, most_px: int = 1600) -> Picture:
    return re_encode(data, most_px=most_px, quality=82)


def opened(picture: Picture) -> Image.Image:
    found = Image.open(BytesIO(picture.jpeg))
    found.load()
    assert found.format == "JPEG"
    assert (picture.width, picture.height) == found.size
    return found


def looks(picture: Picture, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    seen = opened(picture).getpixel(at)
    assert isinstance(seen, tuple)
    return all(abs(one - other) < 24 for one, other in zip(seen, colour, strict=True))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def claims_to_be(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says it has so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_phones_take_becomes_a_jpeg(kind: str) -> None:
    picture = made(saved(photo(), kind))
    assert (picture.width, picture.height) == (320, 200)
    assert looks(picture, (160, 100), RED)


@pytest.mark.parametrize(("width", "height", "then"), [(4000, 3000, (800, 600)), (300, 4000, (60, 800))])
def test_the_longer_side_is_held(width: int, height: int, then: tuple[int, int]) -> None:
    picture = made(saved(photo(width, height), "JPEG"), most_px=800)
    assert (picture.width, picture.height) == then


def test_the_place_where_it_was_taken_and_all_other_words_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker-7731"
    exif.get_ifd(0x8825)[2] = (30.0, 13.0, 59.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(photo(), "JPEG", exif=exif, comment=b"note-7731", icc_profile=profile, xmp=b"<x>xmp-7731</x>")
    assert data.count(b"7731") == 3
    picture = made(data)
    assert b"7731" not in picture.jpeg
    assert b"Exif" not in picture.jpeg
    found = opened(picture)
    assert not found.getexif()
    assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


def test_words_in_a_png_are_gone() -> None:
    words = PngInfo()
    words.add_text("Comment", "note-7731")
    words.add_itxt("XML:com.adobe.xmp", "<x>note-7731</x>", zip=True)
    assert b"7731" not in made(saved(photo(), "PNG", pnginfo=words)).jpeg


@pytest.mark.parametrize(
    ("turned", "size", "top_left"),
    [(1, (320, 200), GREEN), (3, (320, 200), RED), (6, (200, 320), RED), (8, (200, 320), RED)],
)
def test_a_photo_taken_sideways_stands_upright(
    turned: int, size: tuple[int, int], top_left: tuple[int, int, int]
) -> None:
    picture = photo()
    picture.paste(GREEN, (0, 0, 160, 100))
    exif = Image.Exif()
    exif[0x0112] = turned
    upright = made(saved(picture, "JPEG", exif=exif, quality=95))
    assert (upright.width, upright.height) == size
    assert looks(upright, (20, 20), top_left)


def test_what_is_see_through_lies_on_white() -> None:
    for kind in ("PNG", "WEBP"):
        picture = photo(colour=(0, 0, 0, 0), mode="RGBA")
        picture.paste(BLUE, (0, 0, 100, 200))
        seen = made(saved(picture, kind))
        assert looks(seen, (300, 100), (255, 255, 255))
        assert looks(seen, (40, 100), BLUE)
    palette = photo(colour=0, mode="P")
    palette.putpalette([10, 10, 10, *BLUE])
    assert looks(made(saved(palette, "PNG", transparency=0)), (100, 100), (255, 255, 255))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_what_moves_the_first_picture_is_kept(kind: str) -> None:
    frames = [photo(colour=GREEN), photo(colour=RED)]
    moving = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert looks(made(moving), (100, 100), GREEN)


@pytest.mark.parametrize("mode", ["L", "LA", "CMYK", "1", "P"])
def test_grey_and_printers_pictures_are_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert made(saved(photo().convert(mode), kind)).width == 320


HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9"/></svg>'
HOSTILE = {
    "nothing": b"",
    "one byte": b"\xff",
    "HTML": HTML,
    "SVG": SVG,
    "a GIF": saved(photo(), "GIF"),
    "a TIFF": saved(photo(), "TIFF"),
    "a BMP": saved(photo(), "BMP"),
    "an icon": saved(photo(64, 64), "ICO"),
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\nshowpage\n",
    "a GIF that is HTML": b"GIF89a/*" + HTML,
    "a PNG's head alone": b"\x89PNG\r\n\x1a\n",
    "a PNG's head and HTML": b"\x89PNG\r\n\x1a\n" + HTML,
    "a JPEG's head and HTML": b"\xff\xd8\xff\xe0" + HTML,
    "half a JPEG": saved(photo(800, 600), "JPEG")[:-2000],
    "half a WebP": saved(Image.effect_noise((400, 300), 60), "WEBP")[:4000],
    "half a PNG": saved(Image.effect_noise((400, 300), 60), "PNG")[:4000],
    "a PNG of fewer pixels than it says": claims_to_be(4000, 4000),
    "a PNG without pixels": claims_to_be(0, 9),
    "a WebP of nothing": b"RIFF\x1a\x00\x00\x00WEBPVP8X" + bytes(20),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_no_whole_picture_is_refused_in_words(name: str) -> None:
    with pytest.raises(NoPicture) as refusal:
        made(HOSTILE[name])
    assert refusal.value.status == 422


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (4001, 4000)])
def test_a_small_file_of_very_many_pixels_is_refused_before_any_is_decoded(width: int, height: int) -> None:
    data = claims_to_be(width, height)
    assert len(data) < 400
    with pytest.raises(PictureTooLarge) as refusal:
        made(data)
    assert refusal.value.status == 422
    assert refusal.value.params["most"] in {MOST_PIXELS // 10_000, MOST_HELD["PNG"] // 10_000}


@pytest.mark.parametrize(
    ("kind", "size", "more", "most"),
    [
        ("WEBP", (2829, 2829), {}, 800),
        ("JPEG", (4001, 4000), {"progressive": True}, 1600),
        ("JPEG", (6325, 6325), {}, 4000),
    ],
)
def test_a_picture_that_a_decoder_holds_whole_may_have_fewer_pixels(
    kind: str, size: tuple[int, int], more: dict[str, Any], most: int
) -> None:
    with pytest.raises(PictureTooLarge) as refusal:
        made(saved(photo(*size), kind, **more))
    assert refusal.value.params == {"most": most}


def test_a_photo_of_the_largest_cameras_is_taken() -> None:
    picture = made(saved(photo(7300, 5470), "JPEG"))
    assert (picture.width, picture.height) == (1600, 1199)


LARGEST: dict[str, tuple[str, str, tuple[int, int], dict[str, Any]]] = {
    "a PNG of one line": ("PNG", "RGBA", (1_000_000, 16), {}),
    "a PNG that is hardly made smaller": ("PNG", "RGBA", (3199, 3199), {}),
    "a WebP": ("WEBP", "RGBA", (2828, 2828), {}),
    "a JPEG of several scans": ("JPEG", "CMYK", (4000, 4000), {"progressive": True, "subsampling": 0}),
}
ALONE = """
import sys
from pathlib import Path
from PIL import Image
from mall.base.picture import re_encode

def most_kb():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))

data = Path(sys.argv[1]).read_bytes()
Image.init()
before = most_kb()
re_encode(data, most_px=1600, quality=82)
print((most_kb() - before) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system tells no process's memory")
@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_picture_of_each_kind_costs_little_memory(name: str, tmp_path: Path) -> None:
    kind, mode, size, more = LARGEST[name]
    file = tmp_path / "picture"
    file.write_bytes(saved(Image.new(mode, size), kind, **more))
    run = [sys.executable, "-c", ALONE, str(file)]
    said = subprocess.run(run, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert int(said.stdout) < 160, "megabytes"
    # The library's pictures are read by the same limits, and cut in several widths.
    square = "Box(0, 0, *[min(size_of(data))] * 2)"
    cut = f"sheet_of(data, box={square}, box_px=1440, whole_px=1920)"
    kept = ALONE.replace("import re_encode", "import Box, sheet_of, size_of")
    run[2] = kept.replace("re_encode(data, most_px=1600, quality=82)", cut)
    said = subprocess.run(run, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert int(said.stdout) < 160, "megabytes"


def test_whoever_cuts_a_picture_waits_for_whoever_draws_one() -> None:
    data, box = saved(photo(1600, 1200), "PNG"), Box(0, 0, 1200, 1200)
    with ThreadPoolExecutor(2) as threads:
        with picture_room.one_at_a_time:
            cut = threads.submit(picture_room.sheet_of, data, box=box, box_px=600, whole_px=800)
            drawn = threads.submit(made, data)
            assert wait([cut, drawn], timeout=0.3).done == set()
        assert cut.result().image.size == (1600, 1200)
        assert opened(drawn.result()).size == (1600, 1200)


def test_pictures_are_drawn_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, true = 0, 0, picture_room._drawn

    def counted(data: bytes, most_px: int) -> Image.Image:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        drawn = true(data, most_px)
        at_once -= 1
        return drawn

    monkeypatch.setattr(picture_room, "_drawn", counted)
    data = saved(photo(1600, 1200), "PNG")
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(made, [data] * 8))
    assert most == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_is_something_else_besides_leaves_that_behind(kind: str) -> None:
    besides = HTML + b"PK\x03\x04 payload-7731"
    picture = made(saved(photo(), kind) + besides)
    assert looks(picture, (100, 100), RED)
    assert b"script" not in picture.jpeg
    assert b"7731" not in picture.jpeg
    assert picture.jpeg.startswith(b"\xff\xd8")
    assert picture.jpeg.endswith(b"\xff\xd9")


def test_made_twice_it_stays_what_it_is() -> None:
    once = made(saved(photo(900, 700), "PNG"))
    assert opened(made(once.jpeg)).size == (900, 700)
