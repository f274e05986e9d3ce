"""What every test may ask for: databases of both kinds, a browser, a page.

With pytest-xdist, the process that hands out the tests runs the one PostgreSQL; the workers are told where it is.
"""

from __future__ import annotations

import gc
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import event
from sqlalchemy.pool import Pool

from tests.support import browser as browsers
from tests.support import postgres
from tests.support.proof import note_passed
from tests.support.refused import Witness
from tests.support.rules import remember_rules
from tests.support.scratch import use_memory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_SOCKET: Final = "lotse_postgres_socket"
_REFUSED: Final = "lotse_refused"
_EXAMPLES: Final = "lotse"
_COLLECTED_AFTER: Final = (20_000, 20, 20)
#: A run of so many tests is one of the whole suite, in which so many refused requests have to have been judged.
WHOLE_SUITE: Final = 2_000
LEAST_REFUSED: Final = 10_000
_counter: Final = itertools.count()


class SharedServer:
    """Starts the one PostgreSQL of a test run, when the first test or the first worker needs it."""

    def __init__(self) -> None:
        self._context: Any = None
        self._server: postgres.Server | None = None

    def get(self) -> postgres.Server:
        """Return the server, started now if it wasn't."""
        if self._server is None:
            self._context = postgres.running()
            self._server = self._context.__enter__()
        return self._server

    def stop(self) -> None:
        """Stop it, if it was started."""
        if self._context is not None:
            self._context.__exit__(None, None, None)
            self._context = self._server = None


_SHARED: Final = pytest.StashKey[SharedServer]()
_WITNESS: Final = pytest.StashKey[Witness]()


class WorkerSetup:
    """Tells every worker of pytest-xdist where the server is."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand the server's socket to a worker that is about to start."""
        node.workerinput[_SOCKET] = str(node.config.stash[_SHARED].get().socket)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Add up what a worker's witness has seen."""
        node.config.stash[_WITNESS].counts.update(getattr(node, "workeroutput", {}).get(_REFUSED, {}))


class RefusedRequests:
    """Says how many refused requests were looked at, and holds a whole run of the suite to a floor."""

    def __init__(self, witness: Witness) -> None:
        self._counts = witness.counts
        self._tests = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count tests, of all workers."""
        self._tests += report.when == "call"

    def _are_too_few(self) -> bool:
        return self._tests >= WHOLE_SUITE and self._counts["refused"] < LEAST_REFUSED

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run in which too little was refused to prove anything."""
        if self._are_too_few() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the figures."""
        figures = ", ".join(f"{what} {many:,}" for what, many in sorted(self._counts.items()))
        few = f"; a whole run needs {LEAST_REFUSED:,}" if self._are_too_few() else ""
        if figures:
            terminalreporter.write_line(f"Refused requests and what they left in the database: {figures}{few}")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one worker more than there are cores: a browser, a server, a database keep many a test waiting."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Get ready to start the server; a worker never starts one. Watch what refused requests leave behind."""
    use_memory()
    remember_rules()
    # How long an example takes says how busy the machine is, and the databases of a test serve all its examples.
    every = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    settings.register_profile(_EXAMPLES, deadline=None, suppress_health_check=every)
    settings.load_profile(_EXAMPLES)
    witness = config.stash[_WITNESS] = Witness()
    witness.start()
    if not hasattr(config, "workerinput"):
        config.stash[_SHARED] = SharedServer()
        config.pluginmanager.register(RefusedRequests(witness), "lotse-refused")
        if config.pluginmanager.hasplugin("xdist"):
            config.pluginmanager.register(WorkerSetup(), "lotse-workers")


def pytest_collection_finish() -> None:
    """Have the collector leave alone what lives as long as the run does, and look at the rest less often.

    Models, templates and statements are many small objects; looking through them took a fifth of the suite's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server after the last test of the last worker."""
    if _SHARED in config.stash:
        config.stash[_SHARED].stop()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a worker's witness has seen to the process that reports it."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_REFUSED] = dict(session.config.stash[_WITNESS].counts)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note which proofs held."""
    if report.when == "call" and report.passed:
        note_passed(report.nodeid)


@pytest.fixture(autouse=True)
def witness(request: pytest.FixtureRequest) -> Iterator[Witness]:
    """Fail a test in which a refused request changed the database."""
    found = request.config.stash[_WITNESS]
    yield found
    found.close()
    assert found.taken() == []


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> postgres.Server:
    """Return the running PostgreSQL of this test run."""
    worker = getattr(request.config, "workerinput", None)
    return request.config.stash[_SHARED].get() if worker is None else postgres.Server(Path(worker[_SOCKET]))


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """Return the URL of an empty PostgreSQL database, dropped after the test with all connections to it."""
    name = f"t_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{next(_counter)}"
    opened: list[psycopg.Connection[Any]] = []

    def note(connection: object, record: object) -> None:
        if isinstance(connection, psycopg.Connection):
            opened.append(connection)

    event.listen(Pool, "connect", note)
    yield postgres_server.create(name)
    event.remove(Pool, "connect", note)
    for connection in opened:
        # Pools of applications that nobody closed: left to the collector, a later test would get the warning.
        connection.close()
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of an SQLite file that isn't there yet."""
    return f"sqlite:///{tmp_path / 'lotse.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database; the test runs once on each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a real browser."""
    with browsers.launched() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a new page of a German, otherwise fresh browser."""
    context = browser.new_context(locale="de-DE", timezone_id="Europe/Berlin")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the accessibility checker's program, to be evaluated in a page."""
    return browsers.AXE.read_text(encoding="utf-8")
