"""One spelling for every e-mail address: an account, its sign-in and the limit of its attempts mean the same."""

from __future__ import annotations

from email_validator import validate_email


def spelled(email: str) -> str:
    """Return an e-mail address as accounts have it: without what looks different and is the same (RFC 5895, RFC 6532).

    Raises:
        EmailNotValidError: it can't be one.
    """
    return validate_email(email.strip(), check_deliverability=False).normalized.lower()
