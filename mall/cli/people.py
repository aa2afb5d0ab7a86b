"""`flask staff …`: the brand's own people. And whom the demo offers to sign in as."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from mall.base.refused import Refused
from mall.cli.demo.people import MEMBERS, STAFF
from mall.dealers.actions import add_staff, disable_staff, first_password, hashed, issue_staff_password
from mall.dealers.models import StaffRole
from mall.dealers.queries import staff_by_login
from mall.web.db import reading, transact

staff = AppGroup("staff", help="The brand's own people.")


def register(app: Flask) -> None:
    """Add the commands, and let the sign-in pages of a demo know its people."""
    app.cli.add_command(staff)
    app.extensions["demo_people"] = [person.shown() for person in MEMBERS]
    app.extensions["demo_staff"] = [person.shown() for person in STAFF]


@staff.command("add")
@click.argument("login")
@click.option("--name", required=True, help="How the person is called on screen.")
@click.option("--role", required=True, type=click.Choice([role.value for role in StaffRole]))
def add(login: str, name: str, role: str) -> None:
    """Add a person and print a first password, good for seven days and for one sign-in."""
    password = first_password()
    try:
        transact(
            add_staff,
            login=login.strip().casefold(),
            name=name,
            role=StaffRole(role),
            password_hash=hashed(password),
            actor="cli",
        )
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{login}: first password {password}\nThe person chooses their own and enrols an authenticator.")


@staff.command("reset")
@click.argument("login")
@click.option("--forget-authenticator", is_flag=True, help="The phone is lost: enrol a new one.")
def reset(login: str, forget_authenticator: bool) -> None:
    """Print a new first password; the person is signed out everywhere."""
    password = first_password()
    transact(
        issue_staff_password,
        staff_id=_known(login),
        password_hash=hashed(password),
        actor="cli",
        forget_totp=forget_authenticator,
    )
    click.echo(f"{login}: first password {password}")


@staff.command("disable")
@click.argument("login")
def disable(login: str) -> None:
    """Shut a person out at once."""
    transact(disable_staff, staff_id=_known(login), actor="cli")
    click.echo(f"{login}: disabled, signed out everywhere")


def _known(login: str) -> int:
    person = staff_by_login(reading(), login.strip().casefold())
    if person is None:
        raise click.ClickException(f"nobody signs in as {login!r}")
    return person.id
