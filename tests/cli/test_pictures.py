"""The demonstration catalogue and its pictures."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from mall.catalog.models import Kind
from mall.cli import pictures
from mall.cli.pictures import WIDTHS, render

ROOT = Path(__file__).parents[2]
NODE = ROOT / "node_modules"
LOCALES = {"zh_Hans", "zh_Hant", "en"}
CATALOGUE: dict[str, Any] = tomllib.loads((ROOT / "mall/cli/demo/catalogue.toml").read_text("utf-8"))
ITEMS: list[dict[str, Any]] = CATALOGUE["item"]
SKUS = [(item, sku) for item in ITEMS for sku in item["sku"]]

needs_emoji = pytest.mark.skipif(
    not (NODE / "@iconify-json/fluent-emoji-flat/icons.json").exists(), reason="needs node_modules: run `npm ci`"
)


def _texts(item: dict[str, Any]) -> list[dict[str, str]]:
    attributes = [attribute for sku in item["sku"] for attribute in sku["attributes"]]
    texts = [item["name"], item["subtitle"], item["description"]]
    return texts + [attribute[part] for attribute in attributes for part in ("name", "value")]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["code"])
def test_every_item_speaks_three_languages(item: dict[str, Any]) -> None:
    for text in _texts(item):
        assert text.keys() == LOCALES
        assert all(words.strip() == words and words for words in text.values())


def test_every_category_speaks_three_languages_and_holds_something() -> None:
    for category in CATALOGUE["category"]:
        assert category["name"].keys() == LOCALES
        assert sum(item["category"] == category["code"] for item in ITEMS) >= 8


def test_codes_are_given_once() -> None:
    for codes in ([item["code"] for item in ITEMS], [sku["code"] for _, sku in SKUS]):
        assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["code"])
def test_numbers_are_believable(item: dict[str, Any]) -> None:
    cheapest, dearest = (choose(sku["points"] for sku in item["sku"]) for choose in (min, max))
    assert 800 <= cheapest <= dearest <= 300_000
    assert all(sku["stock"] >= 0 for sku in item["sku"])
    assert any(0.95 <= item["list_price_fen"] / sku["points"] <= 1.4 for sku in item["sku"])
    assert item.get("limit_per_dealer", 1) >= 1
    assert item["kind"] in set(Kind)
    assert item["delivery"] in {"48h", "7d", "instant"}
    by_itself = item["kind"] not in {"physical", "service"} or bool(item.get("terms"))
    assert (item["delivery"] == "instant") == by_itself
    assert len(item.get("tags", [])) <= 2


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["code"])
def test_skus_of_an_item_differ_in_the_same_attributes(item: dict[str, Any]) -> None:
    names = {tuple(attribute["name"]["en"] for attribute in sku["attributes"]) for sku in item["sku"]}
    values = [tuple(attribute["value"]["en"] for attribute in sku["attributes"]) for sku in item["sku"]]
    assert len(names) == 1
    assert len(set(values)) == len(values)


def test_items_show_pictures_the_studio_knows_and_none_twice() -> None:
    shown = [picture for item in ITEMS for picture in item["pictures"]]
    assert set(shown) <= pictures.shots().keys()
    assert len(set(shown)) == len(shown)
    assert all(2 <= len(item["pictures"]) <= 3 for item in ITEMS)


@needs_emoji
def test_every_picture_is_sound_svg_with_all_its_paints_and_no_text() -> None:
    studio = pictures.Studio(NODE)
    for key in pictures.shots():
        drawing = studio.compose(key)
        root = ET.fromstring(drawing)
        asked = {word.split(")")[0] for word in drawing.split("url(#")[1:]}
        given = [element.get("id") for element in root.iter() if element.get("id")]
        assert asked <= set(given), key
        assert len(set(given)) == len(given), key
        assert "<text" not in drawing, key


@needs_emoji
def test_a_picture_is_square_and_a_drawing_of_the_pages_keeps_its_shape() -> None:
    studio = pictures.Studio(NODE)
    assert render(studio.compose("cooker"), 240).size == (240, 240)
    assert render(studio.compose("art-empty"), 240).size == (240, 204)


@needs_emoji
def test_a_second_build_draws_only_what_changed(tmp_path: Path) -> None:
    few = ["honey", "fuel", "art-empty"]
    assert pictures.build(NODE, tmp_path, jobs=1, wanted=few) == 3
    (tmp_path / "honey-480.avif").unlink()
    assert pictures.build(NODE, tmp_path, jobs=1, wanted=few) == 1
    few.remove("fuel")
    assert pictures.build(NODE, tmp_path, jobs=1, wanted=few) == 0
    assert {path.name for path in tmp_path.glob("*.*")} == {"index.json"} | {
        f"{key}-{width}.{kind}" for key in few for width in WIDTHS for kind in ("avif", "webp")
    }
    with Image.open(tmp_path / "honey-480.avif") as image:
        assert image.size == (480, 480)
    assert (tmp_path / "honey-480.avif").stat().st_size < 8 * 1024
