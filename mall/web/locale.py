"""The mall's three languages and two themes: how they are chosen and kept.

Simplified Chinese is the source: what is written in code and templates is the message id.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Flask, Response, current_app, request
from flask_babel import Babel, get_locale
from werkzeug.exceptions import BadRequest

from mall.web.guards import open_to_all
from mall.web.pages import back, go

SOURCE = "zh_Hans_CN"
LANGUAGES = {"zh_Hans_CN": "简体中文", "zh_Hant_TW": "繁體中文", "en": "English"}
TAGS = {"zh_Hans_CN": "zh-Hans-CN", "zh_Hant_TW": "zh-Hant-TW", "en": "en"}
"""BCP 47 tags for `lang`, by language."""
THEMES = ("auto", "light", "dark")

YEAR = 365 * 24 * 3600

preferences = Blueprint("preferences", __name__)


def install(app: Flask) -> None:
    """Set up translations and the two routes that keep a person's choice."""
    settings = app.extensions["settings"]
    Babel(app, default_locale=SOURCE, default_timezone=settings.zone, locale_selector=language)
    app.jinja_env.globals.update(
        languages=LANGUAGES, language=lambda: str(get_locale()), lang=lambda: TAGS[str(get_locale())], theme=theme
    )
    app.jinja_env.filters["spoken"] = spoken
    app.register_blueprint(preferences)


def spoken(texts: Mapping[str, str]) -> str:
    """A text kept by language, in the reader's; what was never translated shows in Simplified Chinese."""
    script = str(get_locale()).rpartition("_")[0] or str(get_locale())
    return texts.get(script) or texts.get("zh_Hans", "")


def language() -> str:
    """The language of this request: `?lang=`, else the person's cookie, else what the browser asks for."""
    for asked in (request.args.get("lang"), request.cookies.get("lang")):
        if known := known_language(asked):
            return known
    for asked, _quality in request.accept_languages:
        if known := known_language(asked):
            return known
    return SOURCE


def known_language(tag: str | None) -> str | None:
    """Which of our languages a tag means: `zh-HK` is Traditional, `zh` Simplified, `en-GB` English."""
    parts = (tag or "").lower().replace("-", "_").split("_")
    if parts[0] == "en":
        return "en"
    if parts[0] == "zh":
        return "zh_Hant_TW" if {"hant", "tw", "hk", "mo"} & set(parts[1:]) and "hans" not in parts else SOURCE
    return None


def theme() -> str:
    """Light, dark, or auto: as the phone is set."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


@preferences.post("/locale")
@open_to_all
def choose_language() -> Response:
    """Keep the chosen language for a year and go back."""
    chosen = known_language(request.form.get("lang"))
    if chosen is None:
        raise BadRequest
    return _keep("lang", chosen)


@preferences.post("/theme")
@open_to_all
def choose_theme() -> Response:
    """Keep the chosen theme for a year and go back."""
    chosen = request.form.get("theme", "")
    if chosen not in THEMES:
        raise BadRequest
    return _keep("theme", chosen)


def _keep(name: str, value: str) -> Response:
    response = go(back())
    https = current_app.extensions["settings"].https
    response.set_cookie(name, value, max_age=YEAR, secure=https, httponly=True, samesite="Lax")
    return response
