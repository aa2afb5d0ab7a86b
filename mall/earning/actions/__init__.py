"""Earning's verbs.

results = deliver(run, source="dms-east", bodies=[...])      any number of documents, each with its own result
receive(session, now, source=..., documents=[...])           the verb beneath it, one transaction
"""

from mall.earning.actions.deliver import deliver
from mall.earning.actions.mend import mend
from mall.earning.actions.partners import Key, add_partner, admit, disable_partner, keep_shift, rotate_key
from mall.earning.actions.receive import Result, receive
from mall.earning.actions.rule_versions import add_next_rule, add_rule

__all__ = [
    "Key",
    "Result",
    "add_next_rule",
    "add_partner",
    "add_rule",
    "admit",
    "deliver",
    "disable_partner",
    "keep_shift",
    "mend",
    "receive",
    "rotate_key",
]
