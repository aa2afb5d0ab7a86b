"""A promise per defect of htmx-flask 0.1, kept by mall.web.htmx."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from mall.web import htmx


@pytest.mark.parametrize("swap", ["beforebegin", "afterbegin"])
def test_swaps_whose_names_the_library_glued_together_work(face_app: Flask, swap: str) -> None:
    with face_app.test_request_context("/"):
        assert htmx.answer("x", reswap=swap).headers["HX-Reswap"] == swap


@pytest.mark.parametrize("swap", ["outerHTML show:top swap:100ms", "morph:outerHTML", "innerHTML scroll:bottom"])
def test_swaps_take_modifiers_and_morphs(face_app: Flask, swap: str) -> None:
    with face_app.test_request_context("/"):
        assert htmx.answer("x", reswap=swap).headers["HX-Reswap"] == swap


@pytest.mark.parametrize(
    ("asked", "sent"), [(True, "true"), (False, "false"), ("/catalog?q=茶具", "/catalog?q=%E8%8C%B6%E5%85%B7")]
)
def test_pushing_an_address_says_what_htmx_understands(face_app: Flask, asked: str | bool, sent: str) -> None:
    with face_app.test_request_context("/"):
        assert htmx.answer("x", push_url=asked).headers["HX-Push-Url"] == sent


def test_no_address_is_pushed_unless_asked(face_app: Flask) -> None:
    with face_app.test_request_context("/"):
        assert "HX-Push-Url" not in htmx.answer("x").headers


def test_every_answer_says_that_it_differs_by_who_asks(face_app: Flask) -> None:
    with face_app.test_request_context("/"):
        assert "HX-Request" in htmx.answer("x").headers["Vary"]


@pytest.mark.parametrize("event", ["积分变了", {"积分变了": {"还剩": "99,860 积分"}}])
def test_chinese_words_in_an_event_go_through_the_header(face_app: Flask, event: str | dict[str, object]) -> None:
    with face_app.test_request_context("/"):
        header = htmx.answer("x", trigger=event).headers["HX-Trigger"]
    assert header.isascii()
    assert "积分变了" in json.loads(header)


def test_a_chinese_address_to_go_to_is_encoded(face_app: Flask) -> None:
    with face_app.test_request_context("/"):
        assert htmx.answer("", redirect="/catalog?q=茶").headers["HX-Redirect"] == "/catalog?q=%E8%8C%B6"


def test_what_htmx_encoded_is_read_as_text(face_app: Flask) -> None:
    sent = {
        "HX-Request": "true",
        "HX-Current-URL": "http://localhost/catalog?q=%E8%8C%B6",
        "HX-Current-URL-URI-AutoEncoded": "true",
        "HX-Prompt": "100%25",
        "HX-Target": "list",
    }
    with face_app.test_request_context("/", headers=sent):
        assert htmx.current_url() == "http://localhost/catalog?q=茶"
        assert htmx.prompt() == "100%25"  # not marked as encoded: left as it is
        assert htmx.target() == "list"


@pytest.mark.parametrize(
    ("sent", "fragment"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_a_fragment_is_given_only_to_those_who_ask_for_a_part(
    face_app: Flask, sent: dict[str, str], fragment: bool
) -> None:
    with face_app.test_request_context("/", headers=sent):
        assert htmx.wants_fragment() is fragment
