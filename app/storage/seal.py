"""The keys of an installation, derived from its secret: what seals its history, what encrypts second factors.

It isn't the secret itself, so that what is sealed tells nothing about what signs sessions. It is the same in every
process and after every start, for as long as `LOTSE_SECRET_KEY` stays. Who loses the secret keeps his history, but can
no longer prove that nobody rewrote it; `lotse verify` says from which link on.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

_SALT: Final = b"lotse"
_HISTORY: Final = b"history chain 1"
_FACTORS: Final = b"second factors 1"


def seal_from(secret: str) -> bytes:
    """Return the installation's key for the history.

    Args:
        secret: the installation's secret, `Settings.secret_key`.
    """
    return _derived(secret, _HISTORY)


def factor_key_from(secret: str) -> bytes:
    """Return the installation's key for the secrets of authenticator apps.

    Args:
        secret: the installation's secret, `Settings.secret_key`.
    """
    return _derived(secret, _FACTORS)


def _derived(secret: str, purpose: bytes) -> bytes:
    """Return a key for one purpose: HKDF with SHA-256 (RFC 5869), one block."""
    extracted = hmac.digest(_SALT, secret.encode(), hashlib.sha256)
    return hmac.digest(extracted, purpose + b"\x01", hashlib.sha256)


def name_of(seal: bytes) -> str:
    """Return what a key is called: enough to tell two apart, nothing of the key itself."""
    return hmac.new(seal, b"name", hashlib.sha256).hexdigest()[:16]
