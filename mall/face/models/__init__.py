"""Layouts, their draft, announcements, guides, and why a change is refused."""

from mall.face.models.due import (
    FURTHEST,
    MOST_DUE,
    DueLayout,
    DueOver,
    DueState,
    MomentTaken,
    NoSuchDue,
    TooManyDue,
    WrongMoment,
)
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
    "FURTHEST",
    "MOST_DUE",
    "Announcement",
    "BadBlock",
    "Block",
    "Document",
    "DraftMoved",
    "DueLayout",
    "DueOver",
    "DueState",
    "Guide",
    "Layout",
    "LayoutDraft",
    "MomentTaken",
    "NoSuchBlock",
    "NoSuchDue",
    "NoSuchLayout",
    "NoSuchWriting",
    "NotReady",
    "NothingNew",
    "OutsideRegion",
    "PoorContrast",
    "SlugTaken",
    "TooManyBlocks",
    "TooManyDue",
    "WritingMoved",
    "WrongMoment",
]
