"""Descriptions as merchandisers write them: plain paragraphs, or a few tags; whatever else comes is taken out."""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3

TAGS = {"p", "br", "h3", "h4", "strong", "b", "em", "ul", "ol", "li", "blockquote", "a"}
RICH = re.compile(rf"</?(?:{'|'.join(sorted(TAGS))})\b", re.I)
BREAKS = re.compile(r"</(?:p|li|h3|h4|blockquote|ul|ol)>|<br\s*/?>", re.I)
ANY = re.compile(r"<[a-z/!?]", re.I)
MOST = 8_000
"""Characters of one description in one language."""


def kept(text: str) -> str:
    """A description as it is kept: cleaned where it holds tags, plain text as it was typed where it holds none."""
    plain_lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return cleaned(plain_lines) if ANY.search(plain_lines) else plain_lines


def is_rich(text: str) -> bool:
    """Whether a text that was kept holds tags; if not, each of its lines is a paragraph."""
    return RICH.search(text) is not None


@lru_cache(maxsize=1024)
def cleaned(text: str) -> str:
    """What of a text may be shown. Scripts, styles, pictures and links to elsewhere are taken out."""
    return nh3.clean(
        text, tags=TAGS, attributes={"a": {"href"}}, attribute_filter=_link, link_rel=None, url_schemes=set()
    ).strip()


def plain(text: str) -> str:
    """A description's words alone, a line for each paragraph: what differences are told of."""
    if not is_rich(text):
        return text
    words = html.unescape(nh3.clean(BREAKS.sub("\n", text), tags=set()))
    return "\n".join(line for part in words.split("\n") if (line := " ".join(part.split())))


def _link(tag: str, name: str, value: str) -> str | None:
    """A link's address where it is a plain path inside the mall."""
    inside = value.startswith("/") and value[1:2] not in {"/", "\\"} and "\\" not in value
    plain_signs = len(value) <= 300 and not any(ord(sign) < 33 for sign in value)
    return value if (tag, name) == ("a", "href") and inside and plain_signs else None
