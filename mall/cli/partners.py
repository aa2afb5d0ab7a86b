"""`flask partners`: who may post documents. A secret is printed once and kept sealed."""

from __future__ import annotations

import re

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from mall.base.refused import Refused
from mall.cli.programme import ensure_programme
from mall.dealers.models import ChannelLevel
from mall.earning.actions import Key, add_partner, disable_partner, rotate_key
from mall.earning.models import UnknownDealers
from mall.web.db import transact

cli = AppGroup("partners", help="Systems that post order documents.")
OPERATOR = "operator:cli"


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cli)


def _source(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", value):
        raise click.BadParameter("lower-case letters, digits and hyphens, at most 32")
    return value


@cli.command("add")
@click.argument("source", callback=_source)
@click.option("--name", help="What people call it; the source if missing.")
@click.option(
    "--unknown-dealers",
    type=click.Choice([word.value for word in UnknownDealers]),
    required=True,
    help="A document of a dealer not known: create the dealer, or park the document among the dead letters.",
)
@click.option("--region", default="", help="Region of the dealers created, where the document names none.")
@click.option(
    "--channel-level", type=click.Choice([level.value for level in ChannelLevel]), default=ChannelLevel.COUNTY.value
)
def add(source: str, name: str | None, unknown_dealers: str, region: str, channel_level: str) -> None:
    """Take in a partner and print its key."""
    ensure_programme()
    try:
        key = transact(
            add_partner,
            source=source,
            name=name or source,
            unknown_dealers=UnknownDealers(unknown_dealers),
            region=region,
            channel_level=ChannelLevel(channel_level),
            seal=current_app.extensions["seal"],
            actor=OPERATOR,
        )
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    assert key is not None
    _show(key)


@cli.command("rotate")
@click.argument("source")
def rotate(source: str) -> None:
    """Give a partner a new key; the old one ceases at once."""
    try:
        _show(transact(rotate_key, source=source, seal=current_app.extensions["seal"], actor=OPERATOR))
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal


@cli.command("disable")
@click.argument("source")
@click.option("--again", is_flag=True, help="Let it in again.")
def disable(source: str, again: bool) -> None:
    """Stop a partner's requests."""
    try:
        transact(disable_partner, source=source, disabled=not again, actor=OPERATOR)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal


def _show(key: Key) -> None:
    click.echo(f"key id  {key.key_id}")
    click.echo(f"secret  {key.secret}")
    click.echo("The secret is shown this once; the mall keeps it sealed.", err=True)
