"""What a quality file is, by its content. Pure."""

from __future__ import annotations

MOST_BYTES = 8 * 1024 * 1024
PDF, JPEG, PNG = b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


def type_of(data: bytes) -> str | None:
    """The media type of a PDF, JPEG or PNG by how it begins and ends; none for anything else, whatever its name."""
    if data.startswith(PDF) and b"%%EOF" in data[-2048:]:
        return "application/pdf"
    if data.startswith(JPEG) and data.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return "image/jpeg"
    if data.startswith(PNG) and b"IEND" in data[-64:]:
        return "image/png"
    return None
