"""Kept pictures: files whose row was never written are cleared away, and rows whose files are gone are told."""

from flask import current_app
from huey import crontab

from mall.config import Settings
from mall.media.actions import tidy
from mall.web.db import now, reading

SCHEDULE = crontab(minute="40", hour="3")


def run() -> int:
    """Clear away and give how many pictures' folders that were. What lacks a file stands in the log and the library."""
    settings: Settings = current_app.extensions["settings"]
    found = tidy(reading(), now(), folder=settings.media)
    if found.lacking:
        current_app.logger.error("files of %s pictures are gone, such as %s", len(found.lacking), found.lacking[0])
    return len(found.cleared)
