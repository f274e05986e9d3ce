"""The same sites as for the tests of the web room."""

from __future__ import annotations

from tests.functional.web.conftest import full_site, site

__all__ = ["full_site", "site"]
