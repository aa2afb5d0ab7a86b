"""Fill accounts: order from the supplier, ask about what is not known, and tell orders how their top-ups ended.

Without a supplier's file they wait, and the desk shows them. Whoever dies in between leaves nothing that is sent twice
or told twice: a top-up is asked about by its number before it is sent again, and its order hears of it once.
"""

import logging
import time
from datetime import timedelta

from flask import current_app
from huey import crontab

from mall.base.seal import Seal
from mall.config import Settings
from mall.orders.actions.top_ups import conclude
from mall.rewards.actions.supplier import Supplier
from mall.rewards.actions.top_ups import hear, take_up
from mall.rewards.queries.suppliers import Misconfigured, supplier_of
from mall.rewards.queries.top_ups import untold
from mall.web.db import now, reading, transact

SCHEDULE = crontab(minute="*")
AT_MOST = timedelta(seconds=30)
"""The worker has other tasks: what is left is for the next minute's run."""
log = logging.getLogger(__name__)


def run() -> int:
    """Talk about what is due, tell the orders what has ended, and give how many conversations there were."""
    settings: Settings = current_app.extensions["settings"]
    try:
        supplier = supplier_of(settings.gateways, now)
    except Misconfigured as error:
        log.error("the supplier's configuration: %s", error)  # noqa: TRY400 - the trace says nothing more
        supplier = None
    talked = talk(supplier, current_app.extensions["seal"]) if supplier else 0
    tell()
    return talked


def talk(supplier: Supplier, seal: Seal) -> int:
    """Have the conversations that are due; each is written down before the next begins."""
    begun, talked = time.monotonic(), 0
    while time.monotonic() - begun < AT_MOST.total_seconds():
        errands = transact(take_up, seal=seal, most=1)
        if not errands:
            break
        errand = errands[0]
        told = (
            supplier.order(
                no=errand.no, product=errand.product, account=errand.account, quantity=errand.quantity, fen=errand.fen
            )
            if errand.send
            else supplier.ask(errand.no)
        )
        transact(hear, dealer_id=errand.dealer_id, top_up_id=errand.id, told=told, by="supplier", turn=errand.turn)
        talked += 1
    return talked


def tell() -> int:
    """Let orders hear of the top-ups that have ended; each in a transaction of its own. Gives how many."""
    waiting = untold(reading())
    for dealer_id, top_up_id in waiting:
        transact(conclude, dealer_id=dealer_id, top_up_id=top_up_id)
    return len(waiting)
