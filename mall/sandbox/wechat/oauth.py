"""The log-in of WeChat's web pages (https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/): code, openid."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from mall.sandbox.store import moment, stamp
from mall.sandbox.world import here

bp = Blueprint("wechat_login", __name__)

LIFE = timedelta(minutes=5)
PERSON = "sandbox_person"


@bp.get("/connect/oauth2/authorize")
def authorize() -> str | Redirect | tuple[str, int]:
    """Silent for snsapi_base, a question for snsapi_userinfo; then back with a code."""
    world, args = here(), request.args
    back = args.get("redirect_uri", "")
    scope = args.get("scope", "")
    if args.get("appid") != world.keys["appid"] or args.get("response_type") != "code":
        return render_template("sandbox/trouble.html", title="参数错误", said="appid 或 response_type 不对。"), 400
    if urlsplit(back).scheme not in {"http", "https"} or scope not in {"snsapi_base", "snsapi_userinfo"}:
        return render_template("sandbox/trouble.html", title="参数错误", said="redirect_uri 或 scope 不对。"), 400
    if scope == "snsapi_userinfo" and args.get("agreed") != "1":
        return render_template("sandbox/authorize.html", go="?" + urlencode({**args.to_dict(), "agreed": "1"}))
    person = request.cookies.get(PERSON) or secrets.token_hex(8)
    code = secrets.token_hex(16)
    who = openid(world.keys["appid"], person)
    world.store.add("code", code=code, openid=who, scope=scope, made_at=stamp(world.now()))
    query = urlencode({"code": code, "state": args.get("state", "")})
    answer = redirect(f"{back}{'&' if '?' in back else '?'}{query}")
    answer.set_cookie(PERSON, person, max_age=31_536_000, httponly=True, samesite="Lax")
    return answer


def openid(appid: str, person: str) -> str:
    """Who somebody is for one app: always the same."""
    return "o" + hashlib.sha256(f"{appid}/{person}".encode()).hexdigest()[:27]


@bp.get("/sns/oauth2/access_token")
def access_token() -> Response:
    """A code, once and within five minutes, for an openid. Errors come with status 200, as they do there."""
    world, args = here(), request.args
    if args.get("appid") != world.keys["appid"]:
        return jsonify(errcode=40013, errmsg="invalid appid")
    if args.get("secret") != world.keys["app_secret"]:
        return jsonify(errcode=40125, errmsg="invalid appsecret")
    if args.get("grant_type") != "authorization_code":
        return jsonify(errcode=40002, errmsg="invalid grant_type")
    with world.store.change():
        row = world.store.one("SELECT * FROM code WHERE code = ?", args.get("code", ""))
        if row is None or world.now() - moment(row["made_at"]) > LIFE:
            return jsonify(errcode=40029, errmsg="invalid code")
        if row["used_at"]:
            return jsonify(errcode=40163, errmsg="code been used")
        world.store.run("UPDATE code SET used_at = ? WHERE code = ?", stamp(world.now()), row["code"])
    return jsonify(
        access_token=secrets.token_urlsafe(60),
        expires_in=7200,
        refresh_token=secrets.token_urlsafe(60),
        openid=row["openid"],
        scope=row["scope"],
    )
