"""Passwords: argon2id at about twice OWASP's floor, and what is too easy to be one."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mall.dealers.models import WeakPassword

# 19 MiB a sign-in: argon2-cffi's own 64 MiB would be a cheap way to knock the mall over.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
SHORTEST, LONGEST = 10, 128
COMMON = frozenset({
    "1q2w3e4r5t", "qwertyuiop", "password123", "password1234", "passw0rd123", "qwer123456", "abc1234567",
    "a123456789", "asdfghjkl1", "1qaz2wsx3e", "iloveyou123", "woaini1314", "woaini5201314", "zxcvbnm123",
    "qwe1234567", "admin12345", "admin123456", "administrator", "welcome123", "letmein123", "jifenshangcheng",
    "jifen123456",
})
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""For passwords read out or copied by hand: nothing that looks like something else."""


def hashed(password: str) -> str:
    """The argon2id hash of a password."""
    return HASHER.hash(_normal(password))


def fits(password: str, password_hash: str | None) -> bool:
    """Whether a password fits. With no hash it does the same work and says no."""
    try:
        HASHER.verify(password_hash or _nobody(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def judge(password: str, *, phone: str = "", login: str = "") -> None:
    """Refuse a password that is too easy (ASVS 5.0, 6.2): short, common, one sign repeated, or the phone itself."""
    plain = _normal(password).casefold()
    too_easy = (
        not SHORTEST <= len(plain) <= LONGEST
        or plain.isdigit()
        or len(set(plain)) < 4
        or plain in COMMON
        or (phone and phone in plain)
        or (login and plain.startswith(login.casefold()))
    )
    if too_easy:
        raise WeakPassword


def fresh() -> str:
    """A password for somebody else to use once: 12 signs, about 59 bits, in groups that can be read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)


@cache
def _nobody() -> str:
    return HASHER.hash(secrets.token_hex(16))
