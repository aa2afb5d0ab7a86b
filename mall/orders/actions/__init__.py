"""What is done with orders, from wish to done: every verb takes the dealer's lock first and is safe to repeat."""

from mall.orders.actions.approve import approve, decline, lapse_due
from mall.orders.actions.cancel import cancel
from mall.orders.actions.cancel_by_staff import cancel_by_staff
from mall.orders.actions.cannot_deliver import cannot_deliver
from mall.orders.actions.confirm import Confirmed, close_unpaid, confirm
from mall.orders.actions.deliver import deliver, fail_line
from mall.orders.actions.nudge import nudge
from mall.orders.actions.place import Placed, place
from mall.orders.actions.readdress import readdress
from mall.orders.actions.receive import complete_due, receive, receive_due
from mall.orders.actions.reveal import reveal
from mall.orders.actions.send import hand_over, pick, put_back_on_shelf, ship
from mall.orders.rules import Asked, Quote, QuotedLine, Windows

__all__ = [
    "Asked",
    "Confirmed",
    "Placed",
    "Quote",
    "QuotedLine",
    "Windows",
    "approve",
    "cancel",
    "cancel_by_staff",
    "cannot_deliver",
    "close_unpaid",
    "complete_due",
    "confirm",
    "decline",
    "deliver",
    "fail_line",
    "hand_over",
    "lapse_due",
    "nudge",
    "pick",
    "place",
    "put_back_on_shelf",
    "readdress",
    "receive",
    "receive_due",
    "reveal",
    "ship",
]
