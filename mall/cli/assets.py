"""`flask assets build`: everything a browser loads, under static/build, named by its content.

The manifest says which fingerprinted file stands for which name; `mall.web.assets` reads it. Running it again
when no source has changed does nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from importlib import import_module
from pathlib import Path

import brotli
import click
from flask import Flask
from flask.cli import AppGroup

from mall.cli import bundles
from mall.config import ROOT, VAR

STATIC = ROOT / "static"
BUILD = STATIC / "build"
NODE = ROOT / "node_modules"
PICTURES = VAR / "pictures"
TEXT = {".css", ".js", ".svg", ".json", ".webmanifest"}

cli = AppGroup("assets", help="Front-end files: style sheets, script, icons, pictures.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cli)


@cli.command("build")
@click.option("--force", is_flag=True, help="Build even when no source has changed.")
@click.option("--pictures/--no-pictures", default=True, help="Draw the catalogue's pictures too.")
def build(force: bool, pictures: bool) -> None:
    """Write static/build: bundles, sprite, drawings, pictures, the manifest, and .br and .gz beside text files."""
    if not (NODE / "htmx.org").is_dir():
        raise click.ClickException("node_modules is missing: run `npm ci` first (make run does it).")
    if pictures:
        _draw_pictures()
    stamp = _stamp()
    kept = BUILD / ".stamp"
    if not force and kept.exists() and kept.read_text() == stamp:
        click.echo("assets: nothing changed")
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    manifest = {name: _write(name, content) for name, content in _texts().items()}
    for picture in sorted(PICTURES.rglob("*")):
        if picture.suffix in {".avif", ".webp", ".png", ".jpg", ".svg"}:
            name = f"pictures/{picture.relative_to(PICTURES).as_posix()}"
            manifest[name] = _write(name, picture.read_bytes())
    listed = BUILD / "manifest.json"
    before = json.loads(listed.read_text()) if listed.exists() else {}
    # Pages of a server still running name the files of the build before: those stay one build longer.
    _sweep({*manifest.values(), *before.values()})
    _place(listed, json.dumps(manifest, indent=0, sort_keys=True).encode())
    kept.write_text(stamp)
    for name in ("mall.css", "desk.css", "mall.js", "icons.svg"):
        packed = (BUILD / manifest[name]).with_name(Path(manifest[name]).name + ".gz").stat().st_size
        click.echo(f"assets: {manifest[name]}  {packed / 1024:.1f} KB gzip")
    click.echo(f"assets: {len(manifest)} files")


def _texts() -> dict[str, bytes]:
    """Every bundle by name."""
    css = STATIC / "css"
    phone = [css / "tokens.css", css / "reset.css", css / "base.css"]
    phone += sorted((css / "components").glob("*.css")) + sorted((css / "features").glob("*.css"))
    phone += [css / "doubled.css", css / "utilities.css", css / "print.css"]
    desk = sorted(path for path in (css / "desk").glob("*.css") if path.name != "narrow.css")
    texts = {
        "mall.css": bundles.style(phone),
        "desk.css": bundles.style([*desk, css / "desk" / "narrow.css"]),
        "mall.js": bundles.script([NODE / "htmx.org/dist/htmx.min.js", *sorted((STATIC / "js").glob("*.js"))]),
        "desk.js": bundles.script(sorted((STATIC / "js" / "desk").glob("*.js"))),
        "icons.svg": bundles.sprite(_icons(), NODE / "lucide-static/icons", STATIC / "icons"),
        "mark.svg": (STATIC / "art" / "mark.svg").read_text("utf-8"),
        "art/blank.svg": (STATIC / "art" / "blank.svg").read_text("utf-8"),
    }
    # What only a few pages draw travels with those pages alone.
    texts.update({path.name: bundles.style([path]) for path in (css / "pages").glob("*.css")})
    drawings = bundles.art(STATIC / "art" / "plinth.svg", NODE / "@iconify-json/fluent-emoji-flat/icons.json")
    texts.update({f"art/{name}.svg": drawing for name, drawing in drawings.items()})
    return {name: text.encode() for name, text in texts.items()}


def _draw_pictures() -> None:
    """Have the catalogue's pictures drawn into var/pictures; they are kept there between builds."""
    import_module("mall.cli.pictures").build(NODE, PICTURES)


def _write(name: str, content: bytes) -> str:
    """Write content under its fingerprinted name, packed twice if it is text, unless it is there already."""
    plain = Path(name)
    fingerprint = hashlib.sha256(content).hexdigest()[:10]
    named = plain.with_name(f"{plain.stem}.{fingerprint}{plain.suffix}")
    target = BUILD / named
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        if plain.suffix in TEXT:
            _place(target.with_name(target.name + ".gz"), gzip.compress(content, 9, mtime=0))
            _place(target.with_name(target.name + ".br"), brotli.compress(content, quality=11))
        _place(target, content)
    return named.as_posix()


def _place(target: Path, content: bytes) -> None:
    """Put a file in its place whole: a server may be reading the folder."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(target)


def _sweep(wanted: set[str]) -> None:
    """Take away what an earlier build left and nothing names any more."""
    for path in sorted(BUILD.rglob("*"), reverse=True):
        name = path.relative_to(BUILD).as_posix().removesuffix(".gz").removesuffix(".br")
        if path.is_dir():
            if not any(path.iterdir()):
                shutil.rmtree(path)
        elif name not in wanted and name not in {"manifest.json", ".stamp"}:
            path.unlink(missing_ok=True)


def _stamp() -> str:
    """A digest of what the build is made from: sources by name, size and time, and which icons are named anywhere."""
    folders = (STATIC / "css", STATIC / "js", STATIC / "icons", STATIC / "art", PICTURES)
    sources = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    digest = hashlib.sha256(" ".join(_icons()).encode())
    for path in [ROOT / "package-lock.json", Path(__file__), Path(str(bundles.__file__)), *sources]:
        facts = path.stat()
        digest.update(f"{path}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _icons() -> list[str]:
    return bundles.icon_names(ROOT / "templates", ROOT / "mall", STATIC / "icons" / "names.txt")
