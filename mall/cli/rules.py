"""`flask rules`: earning rules and their versions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from mall.base.money import Rounding
from mall.base.refused import Refused
from mall.base.time import civil_day
from mall.cli.programme import ensure_programme
from mall.earning.actions import add_next_rule
from mall.earning.models import MOST_VALUE
from mall.earning.queries import rule_versions
from mall.web.db import now, reading, transact

cli = AppGroup("rules", help="Earning rules. A version is never edited: a change is a new version.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cli)


def ten_thousandths(text: str) -> int:
    """A plain decimal such as 1.5 as ten-thousandths. Refuses more than four decimals."""
    try:
        value = Decimal(text).scaleb(4)
    except InvalidOperation:
        raise click.BadParameter(f"{text!r} is no number") from None
    if not value.is_finite() or value != int(value) or not 0 <= value <= 9_000_000:
        raise click.BadParameter(f"{text!r} does not lie between 0 and 900 with at most four decimals")
    return int(value)


def _ratio(_context: click.Context, _option: click.Parameter, value: str) -> int:
    return ten_thousandths(value)


def _words(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    words = {}
    for value in values:
        word, sign, number = value.rpartition("=")
        if not (word and sign):
            raise click.BadParameter("give WORD=COEFFICIENT, such as custom_made=1.5")
        words[word] = ten_thousandths(number)
    return words


def _fund(_context: click.Context, _option: click.Parameter, value: str) -> str:
    code = value.strip()
    if len(code) > LONGEST_FUND or not code.isprintable():
        raise click.BadParameter(f"a fund code has at most {LONGEST_FUND} signs")
    return code


LONGEST_FUND = 40
DAY = click.DateTime(["%Y-%m-%d"])


@cli.command("add")
@click.argument("code")
@click.option("--from", "from_on", type=DAY, required=True, help="First civil day of orders it is for.")
@click.option("--until", "until_on", type=DAY, help="Last such day.")
@click.option("--source", help="For this partner's documents alone.")
@click.option("--per-yuan", default="1", callback=_ratio, show_default=True, help="Points per 1.00.")
@click.option("--category", "categories", multiple=True, callback=_words, help="WORD=COEFFICIENT; may be repeated.")
@click.option("--flag", "flags", multiple=True, callback=_words, help="WORD=COEFFICIENT; may be repeated.")
@click.option("--minimum-fen", default=0, type=click.IntRange(0), help="Orders below earn nothing.")
@click.option("--cap", type=click.IntRange(0), help="Most points an order can earn.")
@click.option("--rounding", type=click.Choice([way.value for way in Rounding]), default=Rounding.FLOOR.value)
@click.option("--months", default=24, type=click.IntRange(1, 1200), show_default=True, help="Validity.")
@click.option(
    "--unit-value",
    type=click.IntRange(1, MOST_VALUE),
    help="What a point is worth, in millionths of the currency's unit: of the first rule alone, 10000 by itself."
    " Later ones take what holds; two people of finance change that at /desk/points/value.",
)
@click.option("--fund", "fund_code", default="", callback=_fund, help="Fund code: who pays for the points.")
def add(
    code: str,
    from_on: datetime,
    until_on: datetime | None,
    source: str | None,
    per_yuan: int,
    categories: dict[str, int],
    flags: dict[str, int],
    minimum_fen: int,
    cap: int | None,
    rounding: str,
    months: int,
    unit_value: int | None,
    fund_code: str,
) -> None:
    """Add the next version of a rule."""
    ensure_programme()
    try:
        name = transact(
            add_next_rule,
            today=civil_day(now(), current_app.extensions["settings"].zone),
            code=code,
            from_on=from_on.date(),
            until_on=until_on.date() if until_on else None,
            source=source,
            points_per_yuan=per_yuan,
            categories=categories,
            flags=flags,
            minimum_fen=minimum_fen,
            cap_points=cap,
            rounding=Rounding(rounding),
            validity_months=months,
            unit_value=unit_value,
            fund_code=fund_code,
            actor="operator:cli",
        )
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(name)


@cli.command("list")
def list_all() -> None:
    """Show all versions."""
    for rule in sorted(rule_versions(reading()), key=lambda rule: rule.name):
        until: date | str = rule.until_on or "…"
        words = ", ".join(f"{w} ×{v / 10_000:g}" for w, v in {**rule.categories, **rule.flags}.items())
        click.echo(
            f"{rule.name:<24} {rule.source or 'any':<14} {rule.from_on} – {until}  "
            f"{rule.points_per_yuan / 10_000:g} per 1.00, {rule.rounding}, {rule.validity_months} months  "
            f"{rule.fund_code or 'no fund'}  {words}"
        )
