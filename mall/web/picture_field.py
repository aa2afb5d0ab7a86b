"""A field that holds pictures in their order: `ui.pictures(form.pictures)` prints it.

With script one drags; without it every press of its buttons sends the form, which the route hands back:

    if form.pictures.asked:
        return page("…/edit.html", form=form)

The field knows how keys look; whether the library has them the route asks (`mall.media.queries.kept`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from flask_babel import gettext
from sqlalchemy.orm import Session
from wtforms import Field
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from mall.base.picture import KEPT
from mall.base.refused import N_
from mall.web.assets import own_pictures

USES = "picture_uses"

NAMED = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
"""How keys look, those of pictures that the mall brings along among them."""


def tell_uses(app: Flask, find: Callable[[Session, str], Sequence[Any]]) -> None:
    """Let the library ask a feature where it shows a picture: `find(session, key)` gives the `Use`s of mall.media.

    What nobody tells of can be taken out of the library while it is shown.
    """
    app.extensions.setdefault(USES, []).append(find)


class PicturesField(Field):  # type: ignore[misc]  # WTForms carries no types
    """Keys of pictures, the first the main one; at most `most`, of one shape."""

    def __init__(self, label: str, *, most: int = 9, shape: str = "square", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.data: list[str] = []
        self.most, self.shape = most, shape
        self.asked = False
        """Whether a button of the field was pressed, so that the form is shown again and nothing saved."""
        self.fault = ""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the keys, then do what one of the field's own buttons asks."""
        super().process(formdata, data, extra_filters)
        self.data = list(self.data or [])
        act = str(formdata.get(f"{self.name}-act", "")) if formdata else ""
        if act:
            self.asked = True
            what, _, key = act.partition(":")
            self._act(what, str(formdata.get(f"{self.name}-add", "")).strip() if what == "add" else key)

    def process_formdata(self, valuelist: list[str]) -> None:
        """What came, each key once; what cannot be a key is left out."""
        self.data = list(dict.fromkeys(key for key in valuelist if NAMED.fullmatch(key)))

    def pre_validate(self, form: Any) -> None:
        """Not too many."""
        if self.fault:
            raise ValidationError(self.fault)
        if len(self.data) > self.most:
            raise ValidationError(gettext(N_("最多 %(most)s 张图片"), most=self.most))

    def _act(self, what: str, key: str) -> None:
        keys: list[str] = self.data
        if what == "add":
            self._add(key)
        elif key in keys:
            at = keys.index(key)
            keys.pop(at)
            if what in {"up", "down"}:
                keys.insert(max(0, at - 1) if what == "up" else at + 1, key)

    def _add(self, typed: str) -> None:
        # Whoever pastes an address of a picture means the picture.
        own = own_pictures()
        key = next((part for part in typed.split("/") if KEPT.fullmatch(part) or part in own), "")
        if not key:
            self._refuse(gettext(N_("这不是图片编号，请从图库复制。")))
        elif len(self.data) >= self.most:
            self._refuse(gettext(N_("最多 %(most)s 张图片"), most=self.most))
        elif key not in self.data:
            self.data.append(key)

    def _refuse(self, text: str) -> None:
        self.fault = text
        self.errors = [text]
