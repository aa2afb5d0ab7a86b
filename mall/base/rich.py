"""Rich text as staff write it: plain paragraphs, or a few tags, links into the mall alone; the rest is taken out."""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3

TAGS = {"p", "br", "h2", "h3", "h4", "strong", "b", "em", "ul", "ol", "li", "blockquote", "a"}
RICH = re.compile(rf"</?(?:{'|'.join(sorted(TAGS))})\b", re.I)
BREAKS = re.compile(r"</(?:p|li|h2|h3|h4|blockquote|ul|ol)>|<br\s*/?>", re.I)
ANY = re.compile(r"<[a-z/!?]", re.I)
MOST = 8_000
"""Characters of one text in one language."""


def kept(text: str) -> str:
    """A text as it is kept: cleaned where it holds tags, plain as it was typed where it holds none."""
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
    """A text's words alone, a line for each paragraph: what differences are told of."""
    words = html.unescape(nh3.clean(BREAKS.sub("\n", text), tags=set())) if is_rich(text) else text
    return "\n".join(line for part in words.split("\n") if (line := " ".join(part.split())))


def links(text: str) -> list[str]:
    """Where a text's links lead, for the checks before it is published."""
    return [html.unescape(link) for link in re.findall(r'<a href="([^"]*)"', text)]


def inside(link: str) -> bool:
    """Whether a link is a plain path inside the mall."""
    return (
        link.startswith("/")
        and link[1:2] not in {"/", "\\"}
        and "\\" not in link
        and len(link) <= 300
        and not any(ord(sign) < 33 for sign in link)
    )


def _link(tag: str, name: str, value: str) -> str | None:
    return value if (tag, name) == ("a", "href") and inside(value) else None
