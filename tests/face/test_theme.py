"""The theme: colours measured, served by version, worn by every page; names and tabs in each language."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mall.face.actions import set_theme
from mall.face.rules.colour import contrast, from_lch, read, to_lch, told
from mall.face.rules.palette import coloured, measured, nearest, raws
from mall.face.staff.theme import PRESETS
from mall.web.db import transact
from tests.face.conftest import BY, go_live, revision, said

OWN = ["#14473b", "#0a4ea3", "#b5121b", "#e60012", "#f5b400", "#ffffff", "#000000", "#00a0e9"]


def wear(**theme: object) -> None:
    transact(set_theme, revision=revision(), theme=theme, by=BY)
    go_live()


def test_contrast_is_as_wcag_defines_it() -> None:
    black, white, grey = (read(text) for text in ("#000", "#ffffff", "#767676"))
    assert black and white and grey  # noqa: PT018
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(white, grey) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("text", OWN)
def test_a_colour_survives_the_way_to_oklch_and_back(text: str) -> None:
    colour = read(text)
    assert colour
    assert told(from_lch(to_lch(colour))) == text


def test_the_malls_own_colours_are_readable_and_left_as_they_are() -> None:
    assert all(pair.readable for pair in measured({}))
    assert not coloured({})
    assert raws({})["pine-700"] == "#1a5b4c"


@pytest.mark.parametrize("brand", OWN)
def test_from_any_colour_the_nearest_readable_one_is_found(brand: str) -> None:
    assert all(pair.readable for pair in measured({"brand": nearest({"brand": brand})["brand"]}))


@pytest.mark.parametrize(("brand", "value"), PRESETS)
def test_every_pair_of_colours_to_begin_with_is_readable(brand: str, value: str) -> None:
    pairs = measured({"brand": brand, "value": value})
    assert [(pair.where, pair.dark, pair.contrast) for pair in pairs if not pair.readable] == []


def test_every_page_wears_the_published_theme(owner: FlaskClient, mall: Flask) -> None:
    assert "/theme/" not in owner.get("/").text.replace('action="/theme"', "")
    wear(brand="#0a4ea3", names={"zh_Hans": "恒通积分", "en": "Hengtong Points"})
    for path in ("/", "/points", "/catalog"):
        html = owner.get(path).text
        assert '<link rel="stylesheet" href="/theme/1.css">' in html
        assert 'href="/theme/1.svg"' in html
        assert html.index("mall.") < html.index("/theme/1.css")
    stranger = mall.test_client()
    assert "恒通积分" in said(stranger.get("/sign-in"))
    assert "Hengtong Points" in said(stranger.get("/sign-in?lang=en"))


def test_the_back_office_keeps_its_own_colours(desk: FlaskClient) -> None:
    wear(brand="#a8181f")
    assert "/theme/1.css" not in desk.get("/desk/announcements").text


def test_a_theme_is_served_as_raw_values_for_ever(owner: FlaskClient, mall: Flask) -> None:
    wear(brand="#0a4ea3")
    answer = mall.test_client().get("/theme/1.css")
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert re.fullmatch(r":root\{(--[a-z0-9-]+:#[0-9a-f]{6};?)+\}", answer.text)
    assert "--pine-800:#0a4ea3" in answer.text
    mark = mall.test_client().get("/theme/1.svg")
    assert mark.mimetype == "image/svg+xml"
    assert "#0a4ea3" in mark.text
    assert mall.test_client().get("/theme/2.css").status_code == 404
    assert mall.test_client().get("/theme/99999999999999999999.css").status_code == 404


def test_tabs_have_the_names_and_icons_that_staff_gave_them(owner: FlaskClient) -> None:
    wear(tabs={"activities": {"names": {"zh_Hans": "玩法", "en": "Play"}, "icon": "trophy"}})
    html = owner.get("/").text
    assert "玩法" in html
    assert "#trophy" in html
    assert "Play" in owner.get("/?lang=en").text
    assert "分类" in html


def test_poor_colours_are_refused_with_the_pairs_and_a_way_out(desk: FlaskClient) -> None:
    answer = desk.post("/desk/face/theme", data={"revision": "0", "brand": "#f5b400", "value": "#7d5a18"})
    words = said(answer, 422)
    assert "这组颜色有" in words
    assert "主按钮上的字" in words
    assert "用最接近、看得清的颜色" in words
    assert revision() == 0


def test_what_is_no_colour_is_told_at_its_field(desk: FlaskClient) -> None:
    words = said(desk.post("/desk/face/theme", data={"revision": "0", "brand": "pine"}), 422)
    assert "请填颜色" in words


def test_a_theme_is_kept_as_a_draft_until_it_is_published(desk: FlaskClient, owner: FlaskClient) -> None:
    answer = desk.post("/desk/face/theme", data={"revision": "0", "brand": "#5b2a86", "value": "#7d5a18"})
    assert answer.status_code == 303
    assert "/theme/1.css" not in owner.get("/").text
    desk.post("/desk/face/publication", data={"revision": revision()})
    assert "/theme/1.css" in owner.get("/").text
