"""Passkeys: what a browser is asked to sign, and whether it did. Source: W3C Web Authentication Level 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.system.factors import Passkey

#: The password was the first factor: that somebody is there and has the key is the second.
_VERIFICATION: Final = UserVerificationRequirement.PREFERRED


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a passkey is for; a passkey for one site is worth nothing on another.

    Args:
        origin: scheme and host with its port, as the browser sees them.
    """

    origin: str

    @property
    def id(self) -> str:
        """Return the host."""
        return urlsplit(self.origin).hostname or ""


def to_register(party: Party, user_id: int, email: str, name: str, there: Sequence[Passkey]) -> tuple[str, str]:
    """Return what a browser needs to make a passkey, as JSON, and the challenge to remember."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name="Lotse",
        user_id=f"lotse-{user_id}".encode(),
        user_name=email,
        user_display_name=name,
        exclude_credentials=_descriptors(there),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=_VERIFICATION
        ),
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def registered(party: Party, challenge: str, answer: str, name: str, now: datetime) -> Passkey | None:
    """Return the passkey that a browser made, or None where its answer isn't sound."""
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    key = bytes_to_base64url(made.credential_public_key)
    return Passkey(0, bytes_to_base64url(made.credential_id), key, made.sign_count, name, now)


def to_prove(party: Party, there: Sequence[Passkey], *, alone: bool) -> tuple[str, str]:
    """Return what a browser needs to use a passkey, as JSON, and the challenge to remember.

    Args:
        party: whom the passkey is for.
        there: those that it may be.
        alone: whether it is the whole proof, as in `proved`.
    """
    wanted = UserVerificationRequirement.REQUIRED if alone else _VERIFICATION
    options = generate_authentication_options(
        rp_id=party.id, allow_credentials=_descriptors(there), user_verification=wanted
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def proved(
    party: Party, challenge: str, answer: str, there: Sequence[Passkey], *, alone: bool
) -> tuple[Passkey, int] | None:
    """Return the passkey that signed the challenge and its new count, or None where none of them did.

    Args:
        party: whom the passkey is for.
        challenge: what it had to sign.
        answer: what it signed, as the browser tells it.
        there: those that it may be.
        alone: whether it is the whole proof. No password was asked for just before, so the passkey has to see who
            uses it, by a PIN, a finger or a face: whoever finds a laptop with the key in it has the key, too.
    """
    try:
        parsed = parse_authentication_credential_json(answer)
        used = bytes_to_base64url(parsed.raw_id)
        passkey = next((one for one in there if one.credential_id == used), None)
        if passkey is None:
            return None
        found = verify_authentication_response(
            credential=parsed,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=alone,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    return passkey, found.new_sign_count


def _descriptors(there: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in there]
