"""How a route answers: a page or its fragment, a way on, a form handed back, a short word at the screen's foot.

return page("orders/list.html", "orders/_list.html", orders=orders)
return go(url_for("orders.show", no=order.no), toast=_("已提交兑换"))
return refused("orders/new.html", "orders/_form.html", refusal=error, form=form)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, flash, get_flashed_messages, render_template, request
from flask_babel import gettext
from jinja2 import StrictUndefined
from werkzeug.utils import redirect

from mall.base.refused import N_, Phrase, Refused
from mall.web import htmx
from mall.web.db import now


@dataclass(frozen=True)
class Link:
    """A way into a part of the mall: where, how it looks, what it says."""

    key: str
    href: str
    icon: str
    label: str
    group: str = ""
    shown: Callable[[], bool] = lambda: True


TABS = (
    Link("home", "/", "house", N_("首页")),
    Link("catalog", "/catalog", "layout-grid", N_("分类")),
    Link("activities", "/activities", "sparkles", N_("活动")),
    Link("orders", "/orders", "package", N_("订单")),
    Link("me", "/me", "user-round", N_("我的")),
)


TOLD = {401, 403, 404, 409, 422, 429, 500, 503}
"""The statuses that have an error page of their own."""


def install(app: Flask) -> None:
    """Teach templates the frame: tabs, back-office links, counts, server time. A missing name is an error."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["badges"] = {}
    app.extensions["desk"] = []
    app.jinja_env.globals.update(
        tabs=TABS, badge=badge, desk_links=desk_links, server_time=now, current_path=_here, toasts=_toasts
    )


def count_on(app: Flask, key: str, count: Callable[[], int]) -> None:
    """Put a count on a tab or a back-office link; `count()` runs in each request that shows it."""
    app.extensions["badges"][key] = count


def badge(key: str) -> int:
    """What the count on a tab or back-office link is now; 0 where nobody counts."""
    count = current_app.extensions["badges"].get(key)
    return cast(int, count()) if count else 0


def desk_link(
    app: Flask,
    group: str,
    key: str,
    href: str,
    icon: str,
    label: str,
    shown: Callable[[], bool] = lambda: True,
    *,
    first: bool = False,
) -> None:
    """Add a page to the back office's side: group and label are N_ texts, `shown()` says who sees it.

    The first page that a person sees there is where their desk opens.
    """
    links: list[Link] = app.extensions["desk"]
    links.insert(0 if first else len(links), Link(key, href, icon, label, group, shown))


def name_acts(app: Flask, acts: Mapping[str, str]) -> None:
    """Say what the audit log's acts of a feature are called: {"order.ship": N_("发货")}. Each feature names its own."""
    app.extensions.setdefault("acts", {}).update(acts)


def desk_links() -> dict[str, list[Link]]:
    """The back office's side by group, only what this person may see."""
    groups: dict[str, list[Link]] = {}
    may_open = current_app.extensions["may_open"]
    for link in current_app.extensions["desk"]:
        if link.shown() and may_open(link.href):
            groups.setdefault(link.group, []).append(link)
    return groups


def page(
    template: str, fragment: str | None = None, *, status: int = 200, toast: str | None = None, **wants: Any
) -> Response:
    """Answer with the whole page, or with its fragment alone when htmx asks for a part.

    Personal by default: `no-store`, so that nothing of it is kept in the phone or on the way.
    """
    part = fragment is not None and htmx.wants_fragment()
    body = render_template(cast(str, fragment) if part else template, **wants)
    if toast:
        if part:
            body += render_template("ui/_toast.hx.html", title=toast)
        else:
            flash(toast, "")
    response = htmx.answer(body, status)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def go(url: str, toast: str | None = None, kind: str = "") -> Response:
    """Send the person to another page, with a short word waiting there; `kind="negative"` where it did not work out.

    Always a real navigation: WeChat's script signatures break when the address changes by script.
    """
    if toast:
        flash(toast, kind)
    if htmx.wants_fragment():
        return htmx.answer("", redirect=url)
    response = cast(Response, redirect(url, 303, Response))
    response.vary.add("HX-Request")
    return response


def back(default: str = "/") -> str:
    """Where the person came from, if that is a page of this mall: the form's `next`, else the default."""
    url = request.values.get("next", "")
    return url if is_local(url) else default


def is_local(url: str) -> bool:
    """Whether an address is a plain path inside this mall: no host, no scheme, none of the tricks with slashes."""
    if not url.startswith("/") or url[1:2] in {"/", "\\"} or "\\" in url or any(ord(sign) < 32 for sign in url):
        return False
    parts = urlsplit(url)
    return not parts.scheme and not parts.netloc


def told(refusal: Refused | Phrase) -> str:
    """A refusal in the reader's language, its numbers with commas, its dates already words."""
    return _filled(refusal.text, refusal.params)


def _filled(text: str, params: Mapping[str, Any]) -> str:
    translated: str = gettext(text)
    shown = {name: _value(value) for name, value in params.items()}
    return translated % shown if shown else translated


def _value(value: Any) -> Any:
    match value:
        case bool():
            return value
        case int():
            return f"{value:,}"
        case Phrase():
            return _filled(value.text, value.params)
        case list() | tuple():
            return gettext("、").join(str(_value(each)) for each in value)
    return value


def refused(
    template: str, fragment: str | None = None, *, refusal: Refused | None = None, status: int = 422, **wants: Any
) -> Response:
    """Hand the same form back with what was typed and what was wrong: 422, or the refusal's own status.

    The template gets `refusal` (text or none); `notice(refusal, kind="negative")` at the form's head tells it.
    """
    status = refusal.status if refusal else status
    return page(template, fragment, status=status, refusal=told(refusal) if refusal else None, **wants)


def trouble(
    status: int,
    *,
    title: str | None = None,
    text: str | None = None,
    reference: str | None = None,
    way_on: str | None = None,
) -> Response:
    """Tell a failure: a page with ways out, or for htmx a toast that leaves the page and its forms as they are.

    `text` is already in the reader's language; without it each status has its own words. `way_on` is where
    「再试一次」 leads, by itself the page this request stands on.
    """
    known = status if status in TOLD else 500 if status >= 500 else 404
    wants = {"title": title, "text": text, "reference": reference}
    if htmx.wants_fragment():
        body = render_template("errors/_toast.html", known=known, way_on=way_on, **wants)
        response = htmx.answer(body, status, retarget="#toasts", reswap="beforeend")
    else:
        home = "/desk" if request.path.startswith("/desk") else "/"
        again = way_on or (_here() if request.method == "GET" else home)
        response = htmx.answer(render_template(f"errors/{known}.html", home=home, again=again, **wants), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _toasts() -> list[tuple[str, str]]:
    """What waits to be said: its kind and its words."""
    return cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True))


def _here() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path
