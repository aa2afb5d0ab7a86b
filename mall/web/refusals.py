"""The one place that tells what went wrong: as a page, to htmx, or as JSON for partners."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, json, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from markupsafe import escape
from werkzeug.exceptions import HTTPException, InternalServerError

from mall.base.refused import N_, Forbidden, NotFound, Refused
from mall.web import resume
from mall.web.pages import told, trouble

WORDS = {
    400: (N_("请求有误"), N_("没有读懂这次提交，请返回重试。什么都没有改变。")),
    404: (N_("没有找到"), N_("这个页面不存在，或者不属于你。")),
    405: (N_("不能这样打开"), N_("这个地址要在页面里点按钮使用。")),
    413: (N_("内容太大"), N_("提交的内容超出了限制，请删减后再试。什么都没有改变。")),
    415: (N_("格式不支持"), N_("提交的格式不被支持。")),
}
BARE: dict[type[Refused], tuple[str | None, str | None]] = {NotFound: WORDS[404], Forbidden: (None, None)}
"""Refusals that say no more than their status: a page has better words for them."""
EXPIRED = (N_("页面已过期"), N_("这个页面打开得太久，或者你刚刚重新登录过。刚才的提交没有执行，请回到页面再提交一次。"))


def register(app: Flask) -> None:
    """Tell refusals, stale forms, and every HTTP error."""
    app.register_error_handler(Refused, tell_refusal)
    app.register_error_handler(CSRFError, tell_expired)
    app.register_error_handler(HTTPException, tell_http)


def tell_refusal(refusal: Refused) -> Response:
    """A verb's refusal, with its own status and words; nothing was written."""
    text = told(refusal)
    if for_machines():
        response = problem(refusal.status, refusal.code, text, refusal.params)
    else:
        title, said = (_(words) if words else None for words in BARE.get(type(refusal), (None, text)))
        response = _shown(refusal.status, title, said)
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS and "minutes" in refusal.params:
        response.headers["Retry-After"] = str(60 * int(refusal.params["minutes"]))
    return response


def tell_expired(_error: CSRFError) -> Response:
    """A form whose token is missing or stale: what happened, that nothing was done, and the way on."""
    title, text = (_(words) for words in EXPIRED)
    if for_machines():
        return problem(400, "stale_form", text)
    resume.lay_aside()
    return _shown(422, title, text, way_on=resume.here())


def tell_http(error: HTTPException) -> Response:
    """404, 405, 413, 500 and their like. A failure of ours says nothing but a reference, which is in the log."""
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()  # type: ignore[return-value]
    reference = None
    if isinstance(error, InternalServerError):
        reference = secrets.token_hex(4)
        current_app.logger.error("failure %s at %s %s", reference, request.method, request.path)
    title, text = (_(words) if words else None for words in WORDS.get(status, (None, None)))
    if for_machines():
        name = HTTPStatus(status).phrase
        response = problem(status, name.lower().replace(" ", "_"), text or name)
    else:
        response = _shown(status, title, text, reference=reference)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def for_machines() -> bool:
    """Whether the asker is a partner's program."""
    return request.path.startswith("/api/")


def problem(status: int, code: str, text: str, params: dict[str, Any] | None = None) -> Response:
    """A problem document (RFC 9457) with our stable `code`."""
    body: dict[str, Any] = {"type": "about:blank", "title": text, "status": status, "code": code}
    if params:
        body["params"] = params
    response = Response(json.dumps(body, default=str), status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown(status: int, title: str | None, text: str | None, **more: str | None) -> Response:
    way_on = more.get("way_on")
    try:
        return trouble(status, title=title, text=text, **more)
    except (TemplateError, LookupError, NotImplementedError):
        # The error page itself is broken or not there: the plain words still go out.
        current_app.logger.exception("the page for %s cannot be shown", status)
        return _plain(status, title, text, way_on or "/")


def _plain(status: int, title: str | None, text: str | None, way_on: str) -> Response:
    head = escape(title or HTTPStatus(status).phrase)
    onward = _("继续")
    body = (
        f'<!doctype html><html lang="zh-Hans-CN"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{head}</title>'
        f'<main><h1>{head}</h1><p role="alert">{escape(text or "")}</p>'
        f'<p><a href="{escape(way_on)}">{escape(onward)}</a></p></main></html>'
    )
    response = Response(body, status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
