"""A field of pictures without script: its buttons move, take out and add, and nothing is saved by them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form

from mall.web.picture_field import PicturesField

KEY = "m" + "a" * 26


class Shown(Form):  # type: ignore[misc]
    pictures = PicturesField("图片", most=4)


def sent(*keys: str, **more: str) -> Any:
    data = MultiDict([*(("pictures", key) for key in keys), *((name.replace("_", "-"), v) for name, v in more.items())])
    form = Shown(data)
    form.validate()
    return form.pictures


@pytest.mark.parametrize(
    ("act", "then"),
    [
        ("up:b", ["b", "a", "c"]),
        ("down:b", ["a", "c", "b"]),
        ("up:a", ["a", "b", "c"]),
        ("down:c", ["a", "b", "c"]),
        ("out:b", ["a", "c"]),
        ("out:z", ["a", "b", "c"]),
        ("nonsense", ["a", "b", "c"]),
    ],
)
def test_a_button_moves_one_and_asks_for_the_form_again(mall: Flask, act: str, then: list[str]) -> None:
    with mall.test_request_context():
        field = sent("a", "b", "c", pictures_act=act)
    assert (field.data, field.asked) == (then, True)


def test_without_a_button_the_order_is_what_was_sent(mall: Flask) -> None:
    with mall.test_request_context():
        field = sent("b", "a", "b", "../x", "A", "")
        assert (field.data, field.asked, list(field.errors)) == (["b", "a"], False, [])
        assert sent().data == []
        assert Shown(data={"pictures": ["a"]}).pictures.data == ["a"]


@pytest.mark.parametrize("typed", [KEY, f"/media/{KEY}/240.webp", f"https://mall.example/desk/pictures/{KEY}"])
def test_a_picture_is_added_by_its_number_or_address(mall: Flask, typed: str) -> None:
    with mall.test_request_context():
        assert sent("a", pictures_act="add", pictures_add=typed).data == ["a", KEY]
        assert sent(KEY, pictures_act="add", pictures_add=typed).data == [KEY]


def test_what_is_no_number_and_one_too_many_are_told(mall: Flask) -> None:
    with mall.test_request_context():
        assert sent("a", pictures_act="add", pictures_add="http://evil/x.jpg").errors == [
            "这不是图片编号，请从图库复制。"
        ]
        assert sent(*"abcd", pictures_act="add", pictures_add=KEY).errors == ["最多 4 张图片"]
        assert sent(*"abcde").errors == ["最多 4 张图片"]
