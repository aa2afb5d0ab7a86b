"""Keeping a picture: it is looked at and drawn first, files laid down, and then its row written.

Drawing takes a second, so it is no part of the transaction: `transact` is handed in and runs the row's verb alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.picture import Box, NoPicture, PictureTooLarge, size_of
from mall.base.scope import WHOLE, Scope
from mall.media.actions.files import WHOLE_PX, complete, draw, draw_anew, weight
from mall.media.models import (
    LONGEST_NAME,
    MOST_BYTES,
    Anchor,
    FilesGone,
    FileTooLarge,
    NoSuchPicture,
    NotAPicture,
    Picture,
    PictureInUse,
    Shape,
    TooManyPixels,
    UsedIn,
)
from mall.media.queries import uses
from mall.media.rules import box_at, judged, key_of, source_of, widths_of

Transact = Callable[..., "Picture"]


@dataclass(frozen=True)
class Drawn:
    """A picture whose files lie in their place: all that its row will say."""

    key: str
    source: str
    name: str
    shape: Shape
    size: tuple[int, int]
    """Of the upright file that came."""
    box: Box
    widths: tuple[int, ...]
    bytes: int


def keep(
    transact: Transact,
    *,
    data: bytes,
    name: str,
    actor: str,
    folder: Path,
    shape: Shape = Shape.SQUARE,
    crop: Box | Anchor = Anchor.MIDDLE,
) -> Picture:
    """Keep a file as a picture, cropped. The same file with the same crop gives the picture that is there already.

    `name` is what the file was called: it is only ever shown. Refused: FileTooLarge, NotAPicture, TooManyPixels,
    PictureTooSmall, CropOutside, NoRoom; then neither file nor row is left.
    """
    if len(data) > MOST_BYTES:
        raise FileTooLarge(most=MOST_BYTES // 1024 // 1024)
    try:
        return _kept(transact, data, name, actor, folder, shape, crop)
    except PictureTooLarge as large:
        raise TooManyPixels(**large.params) from large
    except NoPicture as none:
        raise NotAPicture from none


def _kept(
    transact: Transact, data: bytes, name: str, actor: str, folder: Path, shape: Shape, crop: Box | Anchor
) -> Picture:
    width, height = size_of(data)
    box = judged(box_at(crop, width, height, shape) if isinstance(crop, Anchor) else crop, width, height, shape)
    source = source_of(data)
    key, widths = key_of(source, box), widths_of(box.width)
    if not complete(folder, key, list(widths)):
        draw(folder, key, data, box)
    drawn = Drawn(key, source, name, shape, (width, height), box, widths, weight(folder, key))
    return transact(write_down, drawn=drawn, actor=actor)


def crop_anew(
    transact: Transact,
    *,
    picture: Picture,
    crop: Box | Anchor,
    actor: str,
    folder: Path,
    scope: Scope = WHOLE,
    instead: bool = False,
    used_in: Iterable[UsedIn] = (),
) -> Picture:
    """Crop a kept picture elsewhere: another picture, since what shows the first must not change under it.

    `instead` puts the first one away where nothing uses it. Refused: CropOutside, PictureTooSmall, FilesGone, NoRoom;
    and as `set_offered`.
    """
    width, height, shape = picture.source_width, picture.source_height, picture.shape
    seen = min(1.0, WHOLE_PX / max(width, height))
    box = box_at(crop, width, height, shape) if isinstance(crop, Anchor) else crop
    judged(box, width, height, shape, seen=seen)
    key = key_of(picture.source, box)
    widths = widths_of(round(box.width * seen))
    if key == picture.key:
        return picture
    if not complete(folder, key, list(widths)):
        try:
            draw_anew(folder, key, picture.key, box, width)
        except OSError as gone:
            raise FilesGone from gone
    drawn = Drawn(key, picture.source, picture.name, shape, (width, height), box, widths, weight(folder, key))
    instead_of = picture.key if instead else ""
    return transact(write_down, drawn=drawn, actor=actor, scope=scope, instead_of=instead_of, used_in=used_in)


def write_down(
    session: Session,
    now: datetime,
    *,
    drawn: Drawn,
    actor: str,
    scope: Scope = WHOLE,
    instead_of: str = "",
    used_in: Iterable[UsedIn] = (),
) -> Picture:
    """Write the row of a picture whose files are there. One that is there already is offered again, if it was not."""
    picture = session.get(Picture, drawn.key)
    if picture is None:
        size, box = drawn.size, drawn.box
        width = drawn.widths[-1]
        picture = Picture(
            key=drawn.key, source=drawn.source, name=shown_name(drawn.name), shape=drawn.shape, source_width=size[0],
            source_height=size[1], left=box.left, top=box.top, cut_width=box.width, cut_height=box.height, width=width,
            height=max(1, round(width * box.height / box.width)), widths=list(drawn.widths), bytes=drawn.bytes,
            by=actor, made_at=now, put_away_at=None,
        )  # fmt: skip
        session.add(picture)
        after = {"name": picture.name, "size": [picture.width, picture.height], "bytes": picture.bytes}
        note(session, now, actor=actor, act="picture.keep", subject=f"picture:{drawn.key}", detail={"after": after})
    else:
        set_offered(session, now, key=drawn.key, offered=True, actor=actor)
    if instead_of and instead_of != drawn.key and not uses(session, instead_of, used_in):
        set_offered(session, now, key=instead_of, offered=False, actor=actor, scope=scope)
    session.flush()
    return picture


def set_offered(
    session: Session,
    now: datetime,
    *,
    key: str,
    offered: bool,
    actor: str,
    scope: Scope = WHOLE,
    used_in: Iterable[UsedIn] = (),
) -> Picture:
    """Put a picture away or take it out again. `used_in` say where it is used.

    Refused: NoSuchPicture; one that is in use, PictureInUse; one that somebody else brought, to whoever does not look
    after the whole brand.
    """
    picture = session.get(Picture, key, with_for_update=True, populate_existing=True)
    if picture is None:
        raise NoSuchPicture
    if picture.by != actor:
        scope.must_be_whole()
    if picture.offered is not offered:
        if not offered and (found := uses(session, key, used_in)):
            raise PictureInUse(n=len(found))
        picture.put_away_at = None if offered else now
        act = "picture.take_out" if offered else "picture.put_away"
        detail = {"before": {"offered": not offered}, "after": {"offered": offered}}
        note(session, now, actor=actor, act=act, subject=f"picture:{key}", detail=detail)
    return picture


def shown_name(name: str) -> str:
    """What a file was called, without the folders it came from: a word to be found by, never a path."""
    plain = "".join(sign for sign in name.replace("\\", "/") if sign.isprintable())
    return plain.rpartition("/")[2].strip()[-LONGEST_NAME:] or "—"
