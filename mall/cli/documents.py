"""`flask documents`: dead letters for operators."""

from __future__ import annotations

import json
from collections import Counter

import click
from flask import Flask
from flask.cli import AppGroup

from mall.earning.actions import deliver
from mall.earning.models import DocumentState
from mall.earning.queries import Filter, documents
from mall.web.db import reading, transact

cli = AppGroup("documents", help="Documents that came in, and those that could not be posted.")
PART = 200


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cli)


@cli.command("list")
@click.option("--state", type=click.Choice([word.value for word in DocumentState]), default=DocumentState.DEAD.value)
@click.option("--source", help="Of this partner alone.")
@click.option("--reason", help="With this reason alone.")
@click.option("--limit", default=100, type=click.IntRange(1, 10_000), show_default=True)
def list_some(state: str, source: str | None, reason: str | None, limit: int) -> None:
    """Show documents, newest first."""
    wanted, after = Filter(source=source, state=DocumentState(state), reason=reason), None
    while limit > 0:
        part = documents(reading(), wanted, after=after, limit=min(PART, limit))
        for one in part.documents:
            detail = json.dumps(one.detail, ensure_ascii=False)
            click.echo(f"{one.source}  {one.external_id}  {one.revision}  {one.state}  {one.reason or ''}  {detail}")
        limit, after = limit - len(part.documents), part.next
        if after is None:
            return


@cli.command()
@click.option("--source", help="Of this partner alone.")
@click.option("--reason", help="With this reason alone, such as no_rule once the rule is there.")
def retry(source: str | None, reason: str | None) -> None:
    """Post dead documents again as they are; for causes that have gone since."""
    wanted, after = Filter(source=source, state=DocumentState.DEAD, reason=reason), None
    found: dict[str, list[str]] = {}
    while True:
        part = documents(reading(), wanted, after=after, limit=PART)
        for one in part.documents:
            found.setdefault(one.source, []).append(one.payload)
        after = part.next
        if after is None:
            break
    outcomes: Counter[str] = Counter()
    for partner, payloads in sorted(found.items()):
        payloads.reverse()  # the oldest first
        for start in range(0, len(payloads), PART):
            bodies = [json.loads(payload) for payload in payloads[start : start + PART]]
            results = deliver(transact, source=partner, bodies=bodies, actor="operator:cli")
            outcomes.update(result.outcome for result in results)
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "nothing to retry")
