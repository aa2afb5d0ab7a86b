"""Layouts, their draft, announcements, guides, and why a change is refused."""

from mall.face.models.layout import Block, Document, Layout, LayoutDraft
from mall.face.models.refusals import (
    BadBlock,
    DraftMoved,
    NoSuchBlock,
    NoSuchLayout,
    NoSuchWriting,
    NothingNew,
    NotReady,
    OutsideRegion,
    PoorContrast,
    SlugTaken,
    TooManyBlocks,
    WritingMoved,
)
from mall.face.models.writing import Announcement, Guide

__all__ = [
    "Announcement",
    "BadBlock",
    "Block",
    "Document",
    "DraftMoved",
    "Guide",
    "Layout",
    "LayoutDraft",
    "NoSuchBlock",
    "NoSuchLayout",
    "NoSuchWriting",
    "NotReady",
    "NothingNew",
    "OutsideRegion",
    "PoorContrast",
    "SlugTaken",
    "TooManyBlocks",
    "WritingMoved",
]
