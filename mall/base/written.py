"""Text in files as programs of this country write it: UTF-8, UTF-16 with its mark, GB 18030 (Excel in China)."""

from __future__ import annotations

import codecs

PIECE = 64 * 1024
MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
BINARY = (b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\x1f\x8b")
"""How files begin that hold no text: old workbooks, PDF, PNG, gzip."""


def encoding_of(raw: bytes) -> str | None:
    """The encoding in which a file is text from its first byte to its last; none if it is none. Nothing is guessed."""
    if raw.startswith(BINARY):
        return None
    marked = MARKS.get(raw[:2])
    for encoding in (marked,) if marked else ("utf-8-sig", "gb18030"):
        if _is_text(raw, encoding):
            return encoding
    return None


def _is_text(raw: bytes, encoding: str) -> bool:
    """Decode it piece by piece, so that a large file is never there twice."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(0, len(raw), PIECE):
            if "\x00" in decoder.decode(raw[at : at + PIECE]):
                return False
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True
