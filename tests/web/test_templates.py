"""Pages and macros: what every page carries, how failures are told, how languages and themes are chosen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask, render_template_string
from jinja2 import UndefinedError

from mall.base.refused import N_, Refused
from mall.web import guards, pages
from mall.web.styleguide import PAGES
from tests.web.conftest import make_face


def shown(app: Flask, template: str, **wants: Any) -> str:
    with app.test_request_context("/"):
        return render_template_string('{% import "ui/kit.html" as ui %}' + template, **wants)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", ["zh-CN", "zh-TW", "en"])
def test_every_page_of_the_style_guide_is_shown_in_every_language(face_app: Flask, name: str, lang: str) -> None:
    answer = face_app.test_client().get(f"/_styleguide/{name}?lang={lang}")
    assert answer.status_code == 200
    page = answer.text
    assert "user-scalable" not in page
    assert "viewport-fit=cover" in page
    assert '<meta name="server-time" content="2026-11-12T06:36:08Z">' in page
    assert 'href="#main"' in page
    assert re.search(r'id="toasts" role="status"', page)
    assert not re.search(r'\sstyle="|\son\w+="|<script(?![^>]*\ssrc=)', page)


def test_the_style_guide_is_not_served_to_dealers(built: None) -> None:
    assert make_face(styleguide=False).test_client().get("/_styleguide/").status_code == 404


def test_scripts_carry_the_nonce_that_the_policy_asks_for(face_app: Flask) -> None:
    answer = face_app.test_client().get("/_styleguide/")
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce is not None
    assert re.findall(r'<script[^>]*nonce="([^"]+)"', answer.text) == [nonce.group(1)]


def test_a_missing_value_is_an_error_and_no_empty_place(face_app: Flask) -> None:
    with pytest.raises(UndefinedError):
        shown(face_app, "{{ nobody_gave_this }}")


def test_points_are_printed_one_way(face_app: Flask) -> None:
    html = shown(face_app, "{{ ui.points(18600, 19900) }}")
    assert re.sub(r"<[^>]+>", "|", html).replace("||", "|") == "|18,600|积分|+ ¥199|"


def test_a_reward_is_within_reach_or_short_by_so_much_and_never_both(face_app: Flask) -> None:
    near = shown(face_app, '{{ ui.reward("/i", "k", "杯", 100, market=9900) }}')
    far = shown(face_app, '{{ ui.reward("/i", "k", "杯", 100, market=9900, short_by=40) }}')
    gone = shown(face_app, '{{ ui.reward("/i", "k", "杯", 100, market=9900, gone=true) }}')
    assert "可兑换" in near
    assert "市场价 ¥99" in near
    assert "还差 40 积分" in far
    assert "可兑换" not in far
    assert "市场价" not in far
    assert "已抢完" in gone
    assert "可兑换" not in gone


def test_what_one_may_not_have_more_of_says_so_whether_or_not_the_points_are_enough(face_app: Flask) -> None:
    for macro in ("reward", "entry"):
        for short_by in (0, 40):
            said = f'{{{{ ui.{macro}("/i", "k", "杯", 100, short_by={short_by}, used_up=true) }}}}'
            html = shown(face_app, said)
            assert "已达上限" in html
            assert "可兑换" not in html
            assert "还差" not in html


def test_names_from_outside_are_escaped(face_app: Flask) -> None:
    evil = '"><script>alert(1)</script>'
    html = shown(face_app, '{{ ui.reward("/i", evil, evil, 100, wish_url=evil) }}{{ ui.toast(evil, evil) }}', evil=evil)
    assert "<script" not in html


def test_a_wrong_field_is_tied_to_its_reason(face_app: Flask) -> None:
    html = shown(face_app, '{{ ui.input("code", "验证码", error="不对", hint="6 位") }}')
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="code-hint code-error"' in html
    assert 'id="code-error" role="alert"' in html


def test_a_button_that_is_off_says_why(face_app: Flask) -> None:
    html = shown(face_app, '{{ ui.button("立即兑换", "main", href="/x", off="已达限兑") }}')
    assert "disabled" in html
    assert "已达限兑" in html
    assert "href" not in html


@pytest.mark.parametrize("status", sorted(pages.TOLD))
def test_a_failure_is_a_page_with_ways_out_and_for_htmx_a_toast(face_app: Flask, status: int) -> None:
    with face_app.test_request_context("/orders/1"):
        page = pages.trouble(status)
    assert page.status_code == status
    assert 'role="alert"' in page.get_data(as_text=True)
    assert page.get_data(as_text=True).count('class="button') >= 1
    with face_app.test_request_context("/orders/1", headers={"HX-Request": "true"}):
        part = pages.trouble(status, text="积分没有扣减")
    assert part.status_code == status
    assert part.headers["HX-Retarget"] == "#toasts"
    assert "积分没有扣减" in part.get_data(as_text=True)
    assert "<html" not in part.get_data(as_text=True)


def test_an_error_page_counts_nothing_so_it_stands_without_a_database(face_app: Flask) -> None:
    pages.count_on(face_app, "orders", lambda: 1 // 0)
    with face_app.test_request_context("/orders"):
        assert pages.trouble(500, reference="7f3c2a91").status_code == 500


def test_the_desk_is_never_sent_to_the_dealers_home(face_app: Flask) -> None:
    with face_app.test_request_context("/desk/orders"):
        page = pages.trouble(403).get_data(as_text=True)
    assert 'href="/"' not in page
    assert 'href="/desk"' in page


def test_going_on_is_a_real_navigation(face_app: Flask) -> None:
    with face_app.test_request_context("/"):
        plain = pages.go("/orders", toast="已提交")
    with face_app.test_request_context("/", headers={"HX-Request": "true"}):
        by_htmx = pages.go("/orders")
    assert (plain.status_code, plain.headers["Location"]) == (303, "/orders")
    assert (by_htmx.status_code, by_htmx.headers["HX-Redirect"]) == (200, "/orders")


def test_a_word_given_on_leaving_waits_on_the_next_page(face_app: Flask) -> None:
    @face_app.get("/leave")
    @guards.open_to_all
    def leave() -> Any:
        return pages.go("/_styleguide/home", toast="已提交兑换")

    visitor = face_app.test_client()
    assert "已提交兑换" in visitor.get("/leave", follow_redirects=True).text
    assert "已提交兑换" not in visitor.get("/_styleguide/home").text


def test_a_refusal_is_told_with_its_numbers(face_app: Flask) -> None:
    class OverLimit(Refused):
        text = N_("每个经销商限兑 %(limit)s 件")

    with face_app.test_request_context("/"):
        assert pages.told(OverLimit(limit=5)) == "每个经销商限兑 5 件"


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("/", True),
        ("/orders?tab=all", True),
        ("", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("/a\nb", False),
        ("orders", False),
    ],
)
def test_only_our_own_pages_are_gone_back_to(url: str, ours: bool) -> None:
    assert pages.is_local(url) is ours


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("zh-CN,zh;q=0.9", "zh-Hans-CN"),
        ("zh-HK", "zh-Hant-TW"),
        ("zh-Hant", "zh-Hant-TW"),
        ("en-GB,en;q=0.8", "en"),
        ("fr, zh-TW;q=0.5", "zh-Hant-TW"),
        ("fr", "zh-Hans-CN"),
        ("", "zh-Hans-CN"),
    ],
)
def test_the_page_speaks_what_the_browser_asks_for(face_app: Flask, asked: str, tag: str) -> None:
    page = face_app.test_client().get("/_styleguide/", headers={"Accept-Language": asked}).text
    assert f'<html lang="{tag}"' in page


def posted(app: Flask, url: str, **form: str) -> tuple[Any, Any]:
    """A visitor who posted a form of the page, and the answer."""
    visitor = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/_styleguide/").text)
    assert token is not None
    return visitor, visitor.post(url, data={"csrf_token": token.group(1), **form})


def test_a_chosen_language_is_kept_and_comes_before_the_browsers(face_app: Flask) -> None:
    visitor, answer = posted(face_app, "/locale", lang="en", next="/_styleguide/home")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/_styleguide/home")
    assert '<html lang="en"' in visitor.get("/_styleguide/", headers={"Accept-Language": "zh"}).text


def test_a_chosen_theme_is_kept(face_app: Flask) -> None:
    visitor, answer = posted(face_app, "/theme", theme="dark", next="//evil.example")
    assert answer.headers["Location"] == "/"
    assert 'data-theme="dark"' in visitor.get("/").text or 'data-theme="dark"' in visitor.get("/_styleguide/item").text


@pytest.mark.parametrize(("url", "form"), [("/locale", {"lang": "xx"}), ("/theme", {"theme": "pink"})])
def test_an_unknown_choice_is_refused(face_app: Flask, url: str, form: dict[str, str]) -> None:
    _visitor, answer = posted(face_app, url, **form)
    assert answer.status_code == 400
