"""What is done with orders: placed, cancelled, and its address shown to those who must send it."""

from mall.orders.actions.cancel import cancel
from mall.orders.actions.place import Placed, place
from mall.orders.actions.reveal import reveal
from mall.orders.rules import Wish

__all__ = ["Placed", "Wish", "cancel", "place", "reveal"]
