"""Make live what was set to go live by itself: drafts of rewards first, then home pages, which may show them."""

from flask import current_app
from huey import crontab

from mall.catalog.actions.due import publish_due as publish_item
from mall.face.actions import publish_due as publish_layout
from mall.web.db import transact

SCHEDULE = crontab()


def run() -> int:
    """Do so, one a transaction, and give how many times had come."""
    done, known = 0, current_app.extensions["face_known"]()
    while transact(publish_item):
        done += 1
    while transact(publish_layout, known=known):
        done += 1
    return done
