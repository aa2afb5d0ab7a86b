"""What becomes of files that staff bring: kept once, drawn anew, or refused with nothing left behind."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.base.picture import KEPT, Box
from mall.base.refused import Refused
from mall.media.actions import crop_anew, keep, set_offered
from mall.media.models import (
    MOST_BYTES,
    Anchor,
    CropOutside,
    FilesGone,
    FileTooLarge,
    NoRoom,
    NoSuchPicture,
    NotAPicture,
    Picture,
    PictureTooSmall,
    Shape,
    TooManyPixels,
)
from mall.web.db import db, now, transact
from tests.media.photos import BLUE, GREEN, GREY, RED, bomb, close_to, photo, quarters, saved
from tests.processes import at_once

ACTOR = "staff:7"


def folder() -> Path:
    kept: Path = current_app.extensions["settings"].media
    return kept


def kept(data: bytes, name: str = "a.jpg", **more: Any) -> Picture:
    return keep(transact, data=data, name=name, actor=ACTOR, folder=folder(), **more)


def files(key: str) -> list[str]:
    return sorted(path.name for path in (folder() / key).iterdir())


def opened(key: str, name: str) -> Image.Image:
    found = Image.open(folder() / key / name)
    found.load()
    return found


def rows() -> int:
    return len(db.session.scalars(select(Picture)).all())


def left_over() -> list[str]:
    return [path.name for path in folder().iterdir()] if folder().is_dir() else []


def test_a_photo_becomes_a_square_in_every_width_and_kind(app: Flask) -> None:
    picture = kept(photo(2400, 1800), "瓷器 正面.jpg")
    assert KEPT.fullmatch(picture.key)
    assert (picture.name, picture.width, picture.height, picture.widths) == (
        "瓷器 正面.jpg", 1440, 1440, [240, 480, 960, 1440]
    )  # fmt: skip
    widths = [f"{width}.{kind}" for width in picture.widths for kind in ("avif", "webp")]
    assert files(picture.key) == sorted([*widths, "whole.webp"])
    for name in widths:
        image = opened(picture.key, name)
        assert image.size == (int(name.partition(".")[0]),) * 2
        assert image.format == name.partition(".")[2].upper()
        assert close_to(image.convert("RGB").getpixel((5, 5)), RED)
        assert close_to(image.convert("RGB").getpixel((image.width - 5, image.height - 5)), GREY)
    assert opened(picture.key, "whole.webp").size == (1920, 1440)
    assert picture.bytes == sum(path.stat().st_size for path in (folder() / picture.key).iterdir())


def test_a_small_picture_is_never_blown_up(mall: Flask) -> None:
    picture = kept(photo(700, 500))
    assert picture.widths == [240, 480, 500]


def test_the_same_file_and_crop_are_the_same_picture_whatever_it_is_called(app: Flask) -> None:
    first, again = kept(photo(), "a.jpg"), kept(photo(), "b.jpg")
    assert (again.key, again.name) == (first.key, "a.jpg")
    assert rows() == 1
    assert len(left_over()) == 1
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == f"picture:{first.key}")).all()
    assert [(entry.act, entry.actor) for entry in entries] == [("picture.keep", ACTOR)]


def test_another_crop_is_another_picture(mall: Flask) -> None:
    keys = {kept(photo(), crop=anchor).key for anchor in Anchor}
    assert len(keys) == 3  # it is wider than high: only left, middle and right differ
    assert close_to(opened(kept(photo(), crop=Anchor.LEFT).key, "240.webp").getpixel((150, 5)), RED)
    exactly = kept(photo(), crop=Box(100, 0, 600, 600))
    assert exactly.key == kept(photo(), crop=Anchor.MIDDLE).key


def test_a_banner_is_cut_wide(mall: Flask) -> None:
    picture = kept(photo(1500, 1000), shape=Shape.WIDE, crop=Anchor.BOTTOM)
    assert (picture.width, picture.height) == (1440, 576)
    assert close_to(opened(picture.key, "480.webp").getpixel((5, 5)), RED)
    assert close_to(opened(picture.key, "480.webp").getpixel((5, 60)), BLUE)


@pytest.mark.parametrize(
    "box", [Box(-1, 0, 500, 500), Box(400, 0, 500, 500), Box(0, 0, 500, 420), Box(0, 0, 0, 0), Box(0, 200, 500, 500)]
)
def test_a_crop_outside_of_the_picture_or_of_no_known_shape_is_refused(mall: Flask, box: Box) -> None:
    with pytest.raises(CropOutside):
        kept(photo(800, 600), crop=box)
    assert left_over() == []


def polyglot(kind: str) -> bytes:
    return photo(kind=kind) + b"<script>alert(7731)</script>PK\x03\x04 7731"


def commented() -> bytes:
    info = PngInfo()
    info.add_text("Comment", "<script>7731</script>")
    return photo(kind="PNG", pnginfo=info)


def from_a_phone() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # on its side: the upper left of what is seen is the lower left of the file
    exif[0x010F] = "Maker 7731"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 7731.0)
    return photo(exif=exif, comment=b"7731")


@pytest.mark.parametrize("make", [lambda: polyglot("JPEG"), lambda: polyglot("PNG"), commented, from_a_phone])
def test_nothing_of_the_file_is_kept_but_pixels(mall: Flask, make: Callable[[], bytes]) -> None:
    assert b"7731" in make()
    picture = kept(make())
    for name in files(picture.key):
        content = (folder() / picture.key / name).read_bytes()
        assert b"7731" not in content
        assert b"script" not in content
        image = opened(picture.key, name)
        assert not image.getexif()
        assert {"icc_profile", "exif", "comment", "xmp"} & set(image.info) <= {"exif"}
        assert not image.info.get("exif")


def test_a_photo_on_its_side_stands_upright(mall: Flask) -> None:
    picture = kept(from_a_phone())
    assert (picture.source_width, picture.source_height) == (600, 800)
    image = opened(picture.key, "480.webp")
    assert close_to(image.getpixel((5, 5)), BLUE)
    assert close_to(image.getpixel((475, 5)), RED)
    assert close_to(image.getpixel((475, 475)), GREEN)


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_printers_pictures_are_taken(mall: Flask, mode: str) -> None:
    image = opened(kept(saved(quarters(mode=mode))).key, "240.webp")
    assert image.mode == "RGB"
    if mode == "CMYK":
        assert close_to(image.getpixel((5, 5)), RED)


def test_colours_of_another_space_are_brought_home(mall: Flask) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert close_to(opened(kept(photo(icc_profile=lab)).key, "240.webp").getpixel((5, 5)), RED)
    broken = kept(photo(icc_profile=b"no profile at all" * 40))
    assert close_to(opened(broken.key, "240.webp").getpixel((5, 5)), RED)


def test_of_what_moves_the_first_picture_is_kept(mall: Flask) -> None:
    moving = saved(quarters(), "WEBP", save_all=True, append_images=[Image.new("RGB", (800, 600))], lossless=True)
    assert close_to(opened(kept(moving).key, "240.webp").getpixel((5, 5)), RED)


def test_what_is_cut_out_stands_on_white(mall: Flask) -> None:
    picture = Image.new("RGBA", (500, 500), (0, 0, 0, 0))
    assert close_to(opened(kept(saved(picture, "PNG")).key, "240.webp").getpixel((5, 5)), (255, 255, 255))


VILLAINS: dict[str, tuple[Callable[[], bytes], type[Refused]]] = {
    "nothing": (lambda: b"", NotAPicture),
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', NotAPicture),
    "HTML called .jpg": (lambda: b"<!doctype html><script>alert(1)</script>", NotAPicture),
    "GIF": (lambda: photo(kind="GIF"), NotAPicture),
    "TIFF": (lambda: photo(kind="TIFF"), NotAPicture),
    "cut short": (lambda: photo(1600, 1200)[:9_000], NotAPicture),
    "a head alone": (lambda: photo(kind="PNG")[:60], NotAPicture),
    "rubbish behind a good head": (lambda: photo(kind="PNG")[:100] + os.urandom(4_000), NotAPicture),
    "a bomb": (bomb, TooManyPixels),
    "a bomb beyond Pillow's own limit": (lambda: bomb(60_000, 60_000), TooManyPixels),
    "a bomb below every limit that lies about its pixels": (lambda: bomb(3_900, 3_900), NotAPicture),
    "too many bytes": (lambda: photo() + bytes(MOST_BYTES), FileTooLarge),
    "too small": (lambda: photo(399, 399), PictureTooSmall),
    "too flat": (lambda: photo(4000, 390), PictureTooSmall),
}


@pytest.mark.parametrize("name", VILLAINS)
def test_what_is_no_fit_picture_is_refused_in_words_and_leaves_nothing(mall: Flask, name: str) -> None:
    make, refusal = VILLAINS[name]
    with pytest.raises(refusal) as told:
        kept(make(), f"{name}.jpg")
    assert told.value.status == 422
    assert str(told.value)
    assert rows() == 0
    assert left_over() == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\照片\\瓷器.jpg", "瓷器.jpg"),
        ("/absolute/m.jpg", "m.jpg"),
        ("a\x00b\r\n.jpg", "ab.jpg"),
        ("..", ".."),
        ("", "—"),
        ("长" * 300 + ".jpg", "长" * 116 + ".jpg"),
        ("<img src=x>.jpg", "<img src=x>.jpg"),
    ],
)
def test_a_file_may_be_called_anything_and_lies_under_its_key(mall: Flask, name: str, shown: str) -> None:
    picture = kept(photo(480, 480), name)
    assert picture.name == shown
    assert left_over() == [picture.key]


def test_a_picture_cropped_anew_is_another_and_may_take_the_firsts_place(app: Flask) -> None:
    first = kept(photo(1600, 1200), "杯.jpg")
    assert crop_anew(transact, picture=first, crop=Anchor.MIDDLE, actor=ACTOR, folder=folder()).key == first.key
    second = crop_anew(transact, picture=first, crop=Anchor.RIGHT, actor=ACTOR, folder=folder(), instead=True)
    assert second.key == kept(photo(1600, 1200), crop=Anchor.RIGHT).key
    assert (second.name, second.width, second.offered) == ("杯.jpg", 1200, True)
    assert close_to(opened(second.key, "480.webp").getpixel((475, 5)), GREEN)
    assert close_to(opened(second.key, "480.webp").getpixel((40, 5)), RED)
    db.session.expire_all()
    gone = db.session.get(Picture, first.key)
    assert gone is not None
    assert not gone.offered
    assert len(files(first.key)) == 9  # what shows the first one goes on showing it


def test_a_crop_of_what_was_kept_is_no_smaller_than_any_other(mall: Flask) -> None:
    large = kept(photo(4000, 3000))  # 1,920 pixels of it are kept
    with pytest.raises(PictureTooSmall):
        crop_anew(transact, picture=large, crop=Box(0, 0, 800, 800), actor=ACTOR, folder=folder())
    fine = crop_anew(transact, picture=large, crop=Box(0, 0, 1000, 1000), actor=ACTOR, folder=folder())
    assert fine.widths == [240, 480]
    (folder() / large.key / "whole.webp").unlink()
    with pytest.raises(FilesGone):
        crop_anew(transact, picture=large, crop=Anchor.LEFT, actor=ACTOR, folder=folder())


def test_what_is_put_away_comes_back_when_it_is_brought_again(app: Flask) -> None:
    picture = kept(photo())
    for _ in range(2):  # a second press changes nothing
        assert not transact(set_offered, key=picture.key, offered=False, actor=ACTOR).offered
    assert kept(photo()).offered
    acts = db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts == ["picture.keep", "picture.put_away", "picture.take_out"]
    with pytest.raises(NoSuchPicture):
        transact(set_offered, key="m" + "a" * 26, offered=False, actor=ACTOR)


def test_files_that_were_lost_are_laid_down_again(mall: Flask) -> None:
    picture = kept(photo())
    (folder() / picture.key / "240.avif").unlink()
    assert kept(photo()).key == picture.key
    assert len(files(picture.key)) == 7
    assert left_over() == [picture.key]


def bring(at: str, data: bytes) -> str:
    return keep(transact, data=data, name="a.jpg", actor=ACTOR, folder=Path(at)).key


def test_two_who_bring_the_same_picture_at_once_bring_one(app: Flask, database_url: str) -> None:
    told = at_once(database_url, now(), bring, [(str(folder()), photo(1200, 900))] * 4)
    assert len(set(told)) == 1
    assert rows() == 1
    assert left_over() == [told[0]]
    assert len(files(told[0])) == 7
    assert len(db.session.scalars(select(AuditEntry)).all()) == 1


def test_a_folder_that_cannot_be_written_refuses_and_leaves_nothing(mall: Flask, tmp_path: Path) -> None:
    wall = tmp_path / "full"
    wall.write_text("no folder")
    with pytest.raises(NoRoom) as told:
        keep(transact, data=photo(), name="a.jpg", actor=ACTOR, folder=wall / "media")
    assert told.value.status == 503
    assert rows() == 0


def bring_with_little_room(at: str, most: int) -> str:
    """As on a disk that is full after so many bytes of a file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    try:
        return bring(at, noisy())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def noisy() -> bytes:
    return saved(Image.frombytes("RGB", (600, 600), os.urandom(600 * 600 * 3)).resize((1200, 1200)), "JPEG")


def test_a_disk_that_is_full_half_way_leaves_neither_half_a_picture_nor_a_row(mall: Flask, sqlite_url: str) -> None:
    told = at_once(sqlite_url, now(), bring_with_little_room, [(str(folder()), 60_000)])
    assert told == ["no_room"]
    assert left_over() == []
    assert rows() == 0


def test_a_row_that_cannot_be_written_leaves_files_for_the_next_try_and_no_row(mall: Flask) -> None:
    def fails(*_args: Any, **_more: Any) -> Picture:
        raise OSError("the database is gone")

    with pytest.raises(OSError, match="gone"):
        keep(fails, data=photo(), name="a.jpg", actor=ACTOR, folder=folder())
    assert rows() == 0
    assert len(left_over()) == 1
    assert kept(photo()).key == left_over()[0]


def test_every_refusal_has_its_own_word(mall: Flask) -> None:
    refusals = (
        NotAPicture,
        TooManyPixels,
        FileTooLarge,
        PictureTooSmall,
        CropOutside,
        NoSuchPicture,
        FilesGone,
        NoRoom,
    )
    assert len({refusal.text for refusal in refusals}) == len(refusals)
