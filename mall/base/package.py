"""A zip of XML parts, as office programs write their files, read as a stream; whatever it holds, memory stays flat.

Both public readers were tried on hostile files first (November 2026): of 32 KB openpyxl made 2.5 GB in 38 seconds, and
calamine ended the whole process over 1.4 KB with one cell far away. What is read here is bounded part by part.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as BadDeflate  # noqa: N812 - it is an exception

from mall.base.refused import N_, Refused

PARTS = 1_000
MOST = 64 * 1024 * 1024
"""Bytes that a file may unpack to, all its parts together."""
ELEMENTS = 1_500_000
DEPTH = 40
TAG = 256 * 1024
"""Bytes without an end of anything: no tag of ours is that long, and expat would read it anew for each piece."""
PIECE = 64 * 1024
TEXT = 100_000
"""Signs between two tags."""

Attributes = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much a file may unpack to, in bytes of all its parts together, and how many tags a part may have."""

    unpacked: int = MOST
    elements: int = ELEMENTS


USUAL = Bounds()


class UnreadableFile(Refused):
    """It is not what its beginning promises: cut off, damaged, or made to do harm."""

    code = "unreadable_file"
    status = 422
    text = N_("读不了这个文件：它不完整，或不是真正的 .xlsx。请重新导出，或另存为 CSV。")


class TooLargeInside(UnreadableFile):
    """It unpacks to far more than it seems."""

    code = "too_large_inside"
    text = N_("这个文件展开后太大，没有读。请只留需要的那张表，重新保存。")


class Package:
    """The parts of such a file by name. Refused: UnreadableFile, TooLargeInside."""

    def __init__(self, raw: bytes, bounds: Bounds = USUAL) -> None:
        self._bounds = bounds
        try:
            self._zip = ZipFile(io.BytesIO(raw))
            parts = self._zip.infolist()
        except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise UnreadableFile from error
        if any(part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for part in parts):
            raise UnreadableFile
        # What the list says of a part's size is kept to when it is read: a part that holds more is cut there.
        if len(parts) > PARTS or sum(part.file_size for part in parts) > bounds.unpacked:
            raise TooLargeInside
        self._parts: dict[str, ZipInfo] = {part.filename.lower(): part for part in parts}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def walk(
        self,
        name: str,
        *,
        begin: Callable[[str, Attributes], None],
        end: Callable[[str], None],
        text: Callable[[str], None],
    ) -> Iterator[None]:
        """Tell a part's tags (without prefixes) and texts in their order; stops for a moment after each piece."""
        part = self._parts.get(name.lower())
        if part is None:
            raise UnreadableFile
        try:
            with self._zip.open(part) as stream:
                yield from _walk(stream, begin, end, text, self._bounds.elements)
        except (BadZipFile, BadDeflate, expat.ExpatError, EOFError, OSError, RuntimeError, ValueError) as error:
            raise UnreadableFile from error  # RuntimeError is a part under a password

    def told(
        self,
        name: str,
        *,
        begin: Callable[[str, Attributes], None],
        end: Callable[[str], None] = lambda _tag: None,
        text: Callable[[str], None] = lambda _text: None,
    ) -> None:
        """The same, to its end."""
        for _ in self.walk(name, begin=begin, end=end, text=text):
            pass


def _walk(
    stream: IO[bytes],
    begin: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
    most: int,
) -> Iterator[None]:
    parser = expat.ParserCreate()
    parser.buffer_text, parser.buffer_size = True, TEXT
    depth = elements = 0

    def begun(tag: str, attributes: Attributes) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > DEPTH or elements > most:
            raise TooLargeInside
        begin(tag.rpartition(":")[2], attributes)

    def ended(tag: str) -> None:
        nonlocal depth
        depth -= 1
        end(tag.rpartition(":")[2])

    def no_doctype(*_of_it: object) -> None:
        raise UnreadableFile  # no office program writes one: entities are how XML grows without end

    parser.StartElementHandler, parser.EndElementHandler = begun, ended
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, no_doctype
    fed = 0
    while piece := stream.read(PIECE):
        parser.Parse(piece, False)
        fed += len(piece)
        if fed - max(parser.CurrentByteIndex, 0) > TAG:
            raise TooLargeInside
        yield
    parser.Parse(b"", True)
    yield
