"""What a browser loads: small, fingerprinted, cached for ever, and understood by the oldest phone we serve."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask

from mall.cli import bundles
from mall.cli.assets import BUILD, NODE, STATIC
from mall.config import ROOT
from mall.web import assets
from mall.web.pages import TABS


@pytest.mark.parametrize(("name", "most"), [("mall.css", 12), ("mall.js", 25), ("desk.js", 10), ("icons.svg", 8)])
def test_bundles_keep_to_their_budget(in_face: Flask, name: str, most: int) -> None:
    content = (BUILD / assets.asset(name).removeprefix(assets.URL)).read_bytes()
    assert len(gzip.compress(content, 9)) <= most * 1024


@pytest.mark.parametrize("name", ["mall.css", "desk.css"])
def test_style_sheets_use_nothing_that_chrome_86_or_ios_14_lacks(in_face: Flask, name: str) -> None:
    css = (BUILD / assets.asset(name).removeprefix(assets.URL)).read_text()
    lacking = (
        r"@layer|@container|:has\(|:is\(|:where\(|aspect-ratio|\bdvh|&"
        r"|(?<![(\w-])inset[:-]|(?:margin|padding)-(?:inline|block):"
    )
    assert re.findall(lacking, css) == []
    assert css.count("{") == css.count("}")


def test_two_sided_shorthands_are_written_out_with_their_nested_values(tmp_path: Path) -> None:
    source = tmp_path / "a.css"
    source.write_text("@layer base {\n  a { margin-inline: calc(var(--g) * -1) 2px; padding-block: 7px }\n}\n")
    assert bundles.style([source]) == (
        "a{margin-left:calc(var(--g) * -1);margin-right:2px;padding-top:7px;padding-bottom:7px}"
    )


def test_layers_decide_the_order_whatever_the_order_of_files(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("@layer utilities {\n  .a { color: red }\n}\n")
    (tmp_path / "b.css").write_text("@layer reset {\n  .b { color: red }\n}\n")
    assert bundles.style([tmp_path / "a.css", tmp_path / "b.css"]) == ".b{color:red}.a{color:red}"


def test_a_rule_outside_of_any_layer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text(".a { color: red }\n")
    with pytest.raises(ValueError, match="outside of any @layer"):
        bundles.style([tmp_path / "a.css"])


def test_only_tokens_hold_raw_colours() -> None:
    allowed = {"tokens.css", "print.css", "side.css"}
    raw = {
        path.name: found
        for path in (STATIC / "css").rglob("*.css")
        if path.name not in allowed
        and (found := re.findall(r"#(?!fff\b|23211d)[0-9a-f]{3,8}\b(?![^{]*\{)", path.read_text()))
    }
    assert raw == {}


def test_every_icon_that_templates_name_is_in_the_sprite(in_face: Flask) -> None:
    drawn = (BUILD / assets.asset("icons.svg").removeprefix(assets.URL)).read_text()
    names = bundles.icon_names(ROOT / "templates", ROOT / "mall", STATIC / "icons" / "names.txt")
    assert [name for name in names if f'id="{name}"' not in drawn] == []
    assert [link.icon for link in TABS if f'id="{link.icon}"' not in drawn] == []


def test_a_mistyped_icon_stops_the_build() -> None:
    with pytest.raises(ValueError, match="no icon named 'gfit'"):
        bundles.sprite(["gfit"], NODE / "lucide-static/icons", STATIC / "icons")


def test_building_again_changes_nothing(in_face: Flask) -> None:
    run = in_face.test_cli_runner().invoke
    run(args=["assets", "build", "--no-pictures"])
    outcome = run(args=["assets", "build", "--no-pictures"])
    assert outcome.output.strip() == "assets: nothing changed"


def test_built_files_are_kept_for_ever_and_packed_and_carry_the_headers(in_face: Flask) -> None:
    answer = in_face.test_client().get(assets.asset("mall.css"), headers={"Accept-Encoding": "br, gzip"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_picture_keeps_its_place_before_it_comes(in_face: Flask) -> None:
    drawn = assets.picture("no-such-picture", "96px", '茶具 "一壶"', css="entry__picture")
    assert 'width="480" height="480"' in drawn
    assert 'loading="lazy"' in drawn
    assert 'alt="茶具 &#34;一壶&#34;"' in drawn


def test_an_unknown_asset_fails_loudly(in_face: Flask) -> None:
    with pytest.raises(LookupError, match="flask assets build"):
        assets.asset("mall.cs")


@pytest.mark.parametrize("path", sorted((STATIC / "js").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_are_short_and_hold_no_words_of_their_own(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= (90 if path.parent.name == "desk" else 60)
    assert not re.search(r"[\u4e00-\u9fff]", text)


def test_a_class_is_drawn_in_one_file_alone() -> None:
    homes: dict[str, set[str]] = {}
    for path in sorted((STATIC / "css").rglob("*.css")):
        for block in re.findall(r"^\s+\.([a-z][a-z0-9-]*) \{", path.read_text("utf-8"), re.M):
            homes.setdefault(block, set()).add(path.relative_to(STATIC / "css").as_posix())
    # What a narrow or doubled screen changes is told in the file of that screen.
    screens = {"doubled.css", "print.css", "desk/narrow.css"}
    shared = {block: files - screens for block, files in homes.items() if len(files - screens) > 1}
    assert shared == {}, "two things with one name draw over each other: rename one"
