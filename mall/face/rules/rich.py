"""Rich text as staff write it: a few tags of plain text, links into the mall alone, nothing else."""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3

TAGS = {"p", "br", "h2", "h3", "strong", "b", "em", "ul", "ol", "li", "blockquote", "a"}
MOST = 8_000
"""Characters of one text in one language."""


@lru_cache(maxsize=512)
def cleaned(text: str) -> str:
    """What of a text may be shown. Scripts, styles, pictures and links to elsewhere are taken out."""
    return nh3.clean(
        text.strip(), tags=TAGS, attributes={"a": {"href"}}, attribute_filter=_kept, link_rel=None, url_schemes=set()
    )


def plain(text: str) -> str:
    """A rich text's words alone, in one line."""
    words = re.sub(r"</(p|li|h2|h3|blockquote)>|<br>", " ", text)
    return " ".join(html.unescape(nh3.clean(words, tags=set())).split())


def links(text: str) -> list[str]:
    """Where a text's links lead, for the checks before it is published."""
    return [html.unescape(link) for link in re.findall(r'<a href="([^"]*)"', text)]


def _kept(tag: str, name: str, value: str) -> str | None:
    return value if (tag, name) == ("a", "href") and inside(value) else None


def inside(link: str) -> bool:
    """Whether a link is a plain path inside the mall."""
    return (
        link.startswith("/")
        and link[1:2] not in {"/", "\\"}
        and "\\" not in link
        and len(link) <= 300
        and not any(ord(sign) < 33 for sign in link)
    )
