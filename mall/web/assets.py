"""Front-end files as pages see them: fingerprinted addresses, the icon sprite, pictures, and their serving."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, MutableMapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app
from markupsafe import Markup
from whitenoise import WhiteNoise

from mall.base import picture as pictures
from mall.config import ROOT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BUILD = ROOT / "static" / "build"
MANIFEST = BUILD / "manifest.json"
URL = "/static/build/"
WIDTHS = (240, 480, 960)
OURS = re.compile(r"pictures/([a-z0-9-]+)-480\.webp")
FINGERPRINTED = re.compile(r"\.[0-9a-f]{10}\.\w+$")

HeaderHook = Callable[[MutableMapping[str, str], str, str], None]


def install(app: Flask) -> None:
    """Give templates `asset("mall.css")`, `icons_url()` and `picture(…)`."""
    app.jinja_env.globals.update(asset=asset, picture=picture)


def asset(name: str) -> str:
    """The fingerprinted address of a built file; unknown names fail, so that no page goes out half dressed."""
    try:
        return URL + _manifest()[name]
    except KeyError:
        raise LookupError(f"no asset {name!r} in static/build: run `flask assets build`") from None


def has_asset(name: str) -> bool:
    """Whether the build holds a file of this name."""
    return name in _manifest()


def own_pictures() -> tuple[str, ...]:
    """The pictures that the mall brings along, by the keys that templates know them by."""
    return _own(_changed())


@lru_cache(maxsize=2)
def _own(changed: int) -> tuple[str, ...]:
    keys = (told[1] for name in _read(changed) if (told := OURS.fullmatch(name)))
    return tuple(sorted(key for key in keys if not key.startswith("art-")))


def picture(
    key: str, sizes: str = "100vw", alt: str = "", *, css: str = "", eager: bool = False, wide: bool = False
) -> Markup:
    """Any picture of the mall as AVIF and WebP in its widths, square (or `wide`), its place kept before it comes.

    The key says whether the mall brought it along or staff did. `sizes` is the width it will have on screen, such as
    `(min-width: 640px) 200px, 45vw`. `eager` is for the first screen only. A picture that was never drawn shows an
    empty plinth.
    """
    return _picture(_changed(), key, sizes, alt, css, eager, wide)


@lru_cache(maxsize=4096)
def _picture(_changed: int, key: str, sizes: str, alt: str, css: str, eager: bool, wide: bool) -> Markup:
    # A page of the catalogue shows twenty: each is written once and kept.
    tail = Markup('width="480" height="{}" alt="{}" {} decoding="async"').format(
        192 if wide else 480, alt, Markup('loading="eager" fetchpriority="high"') if eager else Markup('loading="lazy"')
    )
    classes = f"picture {css}".strip()
    if pictures.KEPT.fullmatch(key):
        return Markup(
            '<picture><source type="image/avif" srcset="{}" sizes="{}">'
            '<img class="{}" src="{}" srcset="{}" sizes="{}" {}></picture>'
        ).format(_kept(key, "avif"), sizes, classes, f"/media/{key}/480.webp", _kept(key, "webp"), sizes, tail)
    avif, webp = _srcset(key, "avif"), _srcset(key, "webp")
    if not webp:
        return Markup('<img class="{}" src="{}" {}>').format(classes, asset("art/blank.svg"), tail)
    first = Markup('<source type="image/avif" srcset="{}" sizes="{}">').format(avif, sizes) if avif else Markup("")
    return Markup('<picture>{}<img class="{}" src="{}" srcset="{}" sizes="{}" {}></picture>').format(
        first, classes, asset(f"pictures/{key}-480.webp"), webp, sizes, tail
    )


def _srcset(key: str, kind: str) -> str:
    names = ((f"pictures/{key}-{width}.{kind}", width) for width in WIDTHS)
    return ", ".join(f"{asset(name)} {width}w" for name, width in names if has_asset(name))


def _kept(key: str, kind: str) -> str:
    """The addresses of a kept picture; where it has no file so wide, its widest answers."""
    return ", ".join(f"/media/{key}/{width}.{kind} {width}w" for width in pictures.WIDTHS)


def serve_static(app: Flask, add_headers: HeaderHook | None = None) -> None:
    """Serve static/build before Flask sees the request: compressed files as they lie, cached for ever by their name.

    `add_headers(headers, path, url)` puts the security headers on these answers too.
    """
    app.wsgi_app = Shelf(  # type: ignore[method-assign]
        app.wsgi_app,
        autorefresh=app.debug,
        allow_all_origins=False,
        add_headers_function=add_headers,
        immutable_file_test=lambda _path, url: bool(FINGERPRINTED.search(url)),
    )


class Shelf(WhiteNoise):  # type: ignore[misc]
    """The built files, looked through when the first of them is asked for.

    That takes longer than all the rest of a start, and commands, workers and most tests never ask for one.
    """

    known = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with a built file, or let the mall answer."""
        if not self.known and environ.get("PATH_INFO", "").startswith(URL):
            if BUILD.is_dir():
                self.add_files(str(BUILD), URL)
            self.known = True  # two who ask at once both look, and find the same
        return cast("Iterable[bytes]", super().__call__(environ, start_response))


def _manifest() -> dict[str, str]:
    return _read(_changed())


def _changed() -> int:
    # In development a fresh build is seen at once; otherwise the file is read once.
    return MANIFEST.stat().st_mtime_ns if current_app.debug and MANIFEST.exists() else 0


@lru_cache(maxsize=2)
def _read(_changed: int) -> dict[str, str]:
    return cast("dict[str, str]", json.loads(MANIFEST.read_text())) if MANIFEST.exists() else {}


def forget(*_: Any) -> None:
    """Read the manifest anew at the next page: tests that build call this."""
    _read.cache_clear()
    _picture.cache_clear()
    _own.cache_clear()
