"""All configuration, from the environment, in one place. `docs/configuration.md` tells each name."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator can set. `Settings.from_environment()` reads it; tests make their own."""

    database_url: str
    secret_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    https: bool = True
    """Cookies are Secure and `__Host-`, and HSTS is sent. Off only for a demo over plain http."""
    demo: bool = False
    """Show the demo's log-in hints and the API's docs page."""
    debug: bool = False
    testing: bool = False
    styleguide: bool = False
    """Serve /_styleguide, where every macro of the look is shown. Debug serves it too."""
    proxies: int = 0
    """How many reverse proxies stand in front and may set X-Forwarded-*."""
    threads: int = 4
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    zone: str = "Asia/Shanghai"
    checkpoint_folder: Path | None = None
    """Where the ledger's signed checkpoints go: best to another machine than the database's."""
    checkpoint_key: Path | None = None
    """The file of the private key that signs them; who takes none needs none."""
    media_folder: Path | None = None
    """Where pictures of rewards lie that staff brought in: one folder for all servers of this mall."""
    gateways: Path | None = None
    """A folder with a JSON file for each provider the mall talks to; one without its file is not offered."""
    pay_within_minutes: int = 15
    """How long an unpaid order keeps its points and pieces."""
    approve_within_hours: int = 48
    """How long a redemption waits for an owner."""
    sandbox_port: int = 9000
    """Where on loopback the demo's sandbox listens."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment; what is missing gets the embedded default (SQLite under var/)."""
        url = env.get("DATABASE_URL") or f"sqlite:///{VAR / 'mall.db'}"
        for plain in ("postgres://", "postgresql://"):
            if url.startswith(plain):
                url = "postgresql+psycopg://" + url.removeprefix(plain)
        return cls(
            database_url=url,
            secret_key=env.get("MALL_SECRET_KEY") or _kept_secret(),
            host=env.get("HOST", "127.0.0.1"),
            port=int(env.get("PORT", "8000")),
            https=env.get("MALL_HTTPS", "1") != "0",
            demo=env.get("MALL_DEMO", "0") == "1",
            debug=env.get("MALL_DEBUG", "0") == "1",
            styleguide=env.get("MALL_STYLEGUIDE", "0") == "1",
            proxies=int(env.get("MALL_PROXIES", "0")),
            threads=int(env.get("MALL_THREADS", "4")),
            workers=int(env.get("MALL_WORKERS", "0")) or os.cpu_count() or 1,
            zone=env.get("MALL_ZONE", "Asia/Shanghai"),
            checkpoint_folder=Path(env["MALL_CHECKPOINTS"]) if env.get("MALL_CHECKPOINTS") else None,
            checkpoint_key=Path(env["MALL_CHECKPOINT_KEY"]) if env.get("MALL_CHECKPOINT_KEY") else None,
            media_folder=Path(env["MALL_MEDIA"]) if env.get("MALL_MEDIA") else None,
            gateways=Path(env["MALL_GATEWAYS"]) if env.get("MALL_GATEWAYS") else None,
            pay_within_minutes=int(env.get("MALL_PAY_WITHIN") or "15"),
            approve_within_hours=int(env.get("MALL_APPROVE_WITHIN") or "48"),
            sandbox_port=int(env.get("MALL_SANDBOX_PORT", "0")) or int(env.get("PORT", "8000")) + 1000,
        )

    @property
    def embedded(self) -> bool:
        """Whether the mall runs on the embedded SQLite."""
        return self.database_url.startswith("sqlite")

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints; where none is named, one of this database alone."""
        return self.checkpoint_folder or self._own("checkpoints")

    @property
    def media(self) -> Path:
        """The folder of kept pictures; where none is named, one of this database alone."""
        return self.media_folder or self._own("media")

    @property
    def sandbox(self) -> Path:
        """The folder of the outside world that the demo's sandbox plays: one of this database alone."""
        return self._own("sandbox")

    def _own(self, name: str) -> Path:
        if self.embedded:
            beside = Path(self.database_url.partition("?")[0].removeprefix("sqlite:///") or VAR / "mall.db")
            return VAR / name if beside == VAR / "mall.db" else beside.with_suffix(f".{name}")
        return VAR / f"{name}-{sha256(self.database_url.encode()).hexdigest()[:8]}"

    @property
    def signing_key(self) -> Path:
        """The private key that signs checkpoints; where none is named, one that is made when it is first asked for."""
        return self.checkpoint_key or _kept("checkpoint.pem", _fresh_key)


def _kept_secret() -> str:
    """The secret of an embedded mall: made once, kept beside its database. Production sets MALL_SECRET_KEY."""
    return _kept("secret", lambda: secrets.token_urlsafe(48)).read_text()


def _fresh_key() -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _kept(name: str, make: Callable[[], str]) -> Path:
    """A file under var/ that nobody else may read, made once, whoever asks first."""
    kept = VAR / name
    if not kept.exists():
        VAR.mkdir(exist_ok=True)
        fresh = VAR / f".{name}-{secrets.token_hex(4)}"
        fresh.touch(0o600)
        fresh.write_text(make())
        try:
            os.link(fresh, kept)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return kept
