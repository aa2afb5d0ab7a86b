"""`flask demo seed` and `flask demo reset`: a mall that looks like one in use."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import downgrade, upgrade

from mall.cli.checkpoints import take_now
from mall.cli.demo.batches import look_at_some
from mall.cli.demo.below_cost import ask_for_a_price
from mall.cli.demo.catalogue import put_catalogue
from mall.cli.demo.claims import await_approval
from mall.cli.demo.corrections import ask_for_a_second_person
from mall.cli.demo.face import write_news
from mall.cli.demo.history import play, prepare
from mall.cli.demo.people import MEMBERS, PASSWORD, STAFF, seed_people
from mall.cli.demo.powers import set_powers
from mall.cli.demo.regions import put_editions
from mall.cli.demo.searches import look_in_vain
from mall.cli.demo.stock import put_warehouses, set_up_stock
from mall.cli.demo.vault import fill_vault
from mall.cli.divisions import load_now as load_divisions
from mall.cli.feed import feed
from mall.cli.points import prove_now
from mall.points.models import Scope
from mall.web.db import db, now, transact

SAMPLE = Path(__file__).parent / "online-retail-sample.csv.gz"
"""Some hundreds of invoices of a real wholesaler: its attribution lies beside it."""

demo = AppGroup("demo", help="The demonstration's invented dealers, people, rewards and documents.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(demo)


@demo.command("seed")
@click.pass_context
def seed(context: click.Context) -> None:
    """Put everything in place that is missing. Safe to stop anywhere and to run again; what is there stays."""
    _only_in_a_demo()
    seal = current_app.extensions["seal"]
    click.echo(f"demo: divisions: {load_divisions()}")
    today, key = transact(prepare, seal=seal)
    transact(seed_people, seal=seal)
    transact(put_warehouses)
    rewards = transact(put_catalogue)
    codes = transact(fill_vault, seal=seal)
    results = play(transact, now(), today=today, seal=seal)
    transact(set_powers)
    transact(set_up_stock)
    transact(put_editions)
    transact(write_news)
    transact(look_in_vain)
    transact(look_at_some)
    transact(await_approval, seal=seal)
    transact(ask_for_a_second_person)
    transact(ask_for_a_price)
    if SAMPLE.exists():
        context.invoke(
            feed, file=SAMPLE, form="online-retail", dry_run=False, shift=True, report=None, batch=500, rehearse=None
        )
    try:
        signed = take_now()
    except click.ClickException as hindered:
        click.echo(f"demo: no checkpoint was taken: {hindered.message}")
    else:
        click.echo(f"demo: checkpoint {signed.stated.no} taken" if signed else "demo: no checkpoint was needed")
    prove_now(Scope.FULL)
    click.echo(f"demo: {rewards} rewards put on the shelf, {codes} card codes in the vault")
    click.echo(f"demo: {len(results)} documents posted, as of {today}")
    if key:
        click.echo(f"demo: partner key {key.key_id}, secret {key.secret} (shown this once)")
    _say_who()


@demo.command("reset")
@click.option("--yes", is_flag=True, help="Needed where the database is not the embedded one: it will be emptied.")
@click.pass_context
def reset(context: click.Context, yes: bool) -> None:
    """Start over: every table is dropped, made and seeded again."""
    _only_in_a_demo()
    if not current_app.extensions["settings"].embedded and not yes:
        raise click.ClickException("this empties the database that DATABASE_URL names; if that is meant, add --yes")
    db.session.remove()
    downgrade(revision="base")
    # The heads of a ledger that is no more.
    rmtree(current_app.extensions["settings"].checkpoints, ignore_errors=True)
    upgrade()
    context.invoke(seed)


def _only_in_a_demo() -> None:
    if not current_app.extensions["settings"].demo:
        raise click.ClickException("this mall serves real dealers; only with MALL_DEMO=1 is it a demonstration")


def _say_who() -> None:
    click.echo(f"demo: sign in with any of these phones and the password {PASSWORD}")
    for member in MEMBERS:
        shown = member.shown()
        click.echo(f"  {member.phone}  {shown['role']}  {member.name}  {shown['dealer']}")
    click.echo("demo: the back office, at /desk, asks for a code of the authenticator as well")
    for person in STAFF:
        click.echo(f"  {person.login:<10}  {person.shown()['role']}  {person.name}")
