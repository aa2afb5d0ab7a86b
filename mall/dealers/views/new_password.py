"""A password somebody chooses, judged and hashed, outside any transaction: hashing takes its time."""

from __future__ import annotations

from typing import Any

from mall.base.refused import N_, Refused
from mall.dealers.forms import NewPasswordForm
from mall.dealers.models import WeakPassword
from mall.dealers.rules import password as passwords


class PasswordsDiffer(Refused):
    """The second is not the first."""

    code = "passwords_differ"
    status = 422
    text = N_("两次输入的密码不一样。")


class SamePassword(WeakPassword):
    """The new one is the old one."""

    code = "same_password"
    text = N_("新密码不能和原来的一样。")


def chosen_password(form: NewPasswordForm, *, was: str, **whose: Any) -> str:
    """The hash of the password in the form; refuses one that is too easy, mistyped, or the one before."""
    if form.differ:
        raise PasswordsDiffer
    passwords.judge(form.password.data, **whose)
    if passwords.fits(form.password.data, was):
        raise SamePassword
    return passwords.hashed(form.password.data)
