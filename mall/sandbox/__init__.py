"""The sandbox: the outside world, played on loopback.

WeChat Pay, Alipay, a top-up supplier, an SMS provider and the brand's ERP, DMS and TMS, as a Flask app of its own. It
speaks their protocols with real signatures and encryption, written from their public documentation and not from the
mall's own clients, so that either finds the other's mistakes. It knows nothing of the mall: the two meet at the wire
and at the configuration files that the sandbox writes. No money moves here. docs/sandbox.md tells its use.

Words: a *payment* and its *refunds*; a *letter*, that is a callback on its way with all its tries; a *switch*, one way
in which the world misbehaves; the *pace*, how fast it goes; the *cashier*, the page where a person pays or declines.
"""

from mall.sandbox.app import create

__all__ = ["create"]
