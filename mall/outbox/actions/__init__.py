"""What is done with messages: sent by any verb, delivered by the worker, sent again or set aside by people."""

from mall.outbox.actions.send import send

__all__ = ["send"]
