"""A security key in software: makes passkeys and signs with them, and lies where a test wants it to."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url, encode_cbor

#: Flags of what an authenticator says (W3C Web Authentication Level 3, 6.1).
_PRESENT: Final = 0x01
_VERIFIED: Final = 0x04
_ATTESTED: Final = 0x40


def _new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass(slots=True)
class Authenticator:
    """A security key with one passkey, in a browser.

    Args:
        origin: where the browser says that it is.
        host: for whom the key says that it signs.
        verifies: whether the key asks for a PIN.
        present: whether somebody touches it.
        count: how often it has signed.
        key: its private half.
        credential_id: by which the site knows it.
    """

    origin: str = "http://localhost"
    host: str = "localhost"
    verifies: bool = True
    present: bool = True
    count: int = 0
    key: EllipticCurvePrivateKey = field(default_factory=_new_key)
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def make(self, options: dict[str, Any]) -> str:
        """Make the passkey that a site asks for; returns what the browser sends."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + encode_cbor(public)
        about = {"fmt": "none", "attStmt": {}, "authData": self._says(_ATTESTED) + attested}
        told = self._told("webauthn.create", options)
        return self._sent({"clientDataJSON": told, "attestationObject": encode_cbor(about)})

    def sign(self, options: dict[str, Any]) -> str:
        """Sign what a site asks for; returns what the browser sends."""
        self.count += 1
        told, says = self._told("webauthn.get", options), self._says(0)
        signature = self.key.sign(says + hashlib.sha256(told).digest(), ECDSA(SHA256()))
        return self._sent({"clientDataJSON": told, "authenticatorData": says, "signature": signature})

    def _told(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _says(self, more: int) -> bytes:
        flags = more | (_PRESENT if self.present else 0) | (_VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _sent(self, response: dict[str, bytes]) -> str:
        name = bytes_to_base64url(self.credential_id)
        written = {key: bytes_to_base64url(value) for key, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": written})
