"""The same CRM written by hand for these three entities: Flask, SQL as text, one template a page. The limit.

It shows what Lotse's pages show and does what they do: a signed session, one look at the user for every request, CSRF
tokens, the same headers, checked values, a version against lost changes. Only it can do nothing else.
"""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import nh3
import orjson
from argon2 import PasswordHasher
from flask import Flask, Response, abort, flash, g, redirect, render_template, request, session
from flask_wtf import CSRFProtect
from markdown_it import MarkdownIt
from markupsafe import Markup
from sqlalchemy import TextClause, text
from werkzeug.wrappers import Response as BaseResponse

from app.expr.fold import fold, search_text
from bench import hand_written_data
from bench.hand_written_input import COUNTRIES, SEGMENTS, STATUSES, checked, stored, typed
from bench.wide import wide_fields

#: How a worker finds the application.
TARGET: Final = "bench.hand_written:application"
DATABASE: Final = "BENCH_DATABASE"
SECRET: Final = "BENCH_SECRET"

KINDS: Final = {"call": "Anruf", "mail": "Mail", "meeting": "Termin", "task": "Aufgabe", "note": "Notiz"}
_COLUMNS: Final = (
    ("company", "Firma"),
    ("email", "E-Mail"),
    ("phone", "Telefon"),
    ("city", "Ort"),
    ("country", "Land"),
    ("status", "Status"),
    ("revenue", "Umsatz"),
    ("created_at", "Angelegt am"),
)
_FILTERABLE: Final = (
    ("last_name", "Nachname"),
    ("first_name", "Vorname"),
    *_COLUMNS,
    ("segment", "Segment"),
    ("birthday", "Geburtstag"),
    ("notes", "Notizen"),
    ("keeper", "Betreuer"),
    ("id", "Nr."),
    ("title", "Titel"),
    ("owner", "Zuständig"),
    ("team", "Team"),
    ("created_by", "Angelegt von"),
    ("updated_at", "Geändert am"),
    ("updated_by", "Geändert von"),
    ("version", "Version"),
    ("archived_at", "Archiviert am"),
)
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_ROWS: Final = 50
_ZONE: Final = ZoneInfo("Europe/Berlin")
_GERMAN: Final = str.maketrans({",": ".", ".": ","})

_USER: Final = text("SELECT id, name, email, theme, density, locale FROM users WHERE uniquifier = :who")
_LOGIN: Final = text("SELECT uniquifier, password FROM users WHERE email = :email")
_SHOWN: Final = (
    "SELECT c.id, c.last_name, c.last_sort, c.first_name, c.first_sort, c.company_id, k.name AS company, c.email, "
    "c.phone, c.city, c.country, c.status, c.revenue, c.created_at FROM contacts c "
    "LEFT JOIN companies k ON k.id = c.company_id WHERE c.status = 'active' AND c.archived_at IS NULL"
)
_FIND: Final = {
    "sqlite": " AND c.id IN (SELECT rowid FROM contacts_search WHERE search_text MATCH :q)",
    "postgresql": " AND c.search_text LIKE :q",
}
_ORDER: Final = " ORDER BY c.last_sort{c}, c.last_name{c}, c.first_sort{c}, c.first_name{c}, c.id LIMIT " + str(
    _ROWS + 1
)
_AFTER: Final = (
    " AND (c.last_sort{c}, c.last_name{c}, c.first_sort{c}, c.first_name{c}, c.id)"
    " > (:last_sort, :last_name, :first_sort, :first_name, :id)"
)
_ONE: Final = text(
    "SELECT c.*, k.name AS company, a.name AS created_by_name, b.name AS updated_by_name FROM contacts c "
    "LEFT JOIN companies k ON k.id = c.company_id LEFT JOIN users a ON a.id = c.created_by "
    "LEFT JOIN users b ON b.id = c.updated_by WHERE c.id = :id AND c.archived_at IS NULL"
)
_ACTIVITIES: Final = (
    "SELECT id, subject, kind, due_date, done FROM activities WHERE contact_id = :id AND archived_at IS NULL "
    "ORDER BY subject_sort{c}, id LIMIT 10"
)
_COMPANY: Final = text("SELECT 1 FROM companies WHERE id = :id AND archived_at IS NULL")
_WIDE: Final = text("SELECT * FROM wide WHERE id = :id")
_REPORT: Final = text(
    "SELECT country, status, count(*) AS n, sum(revenue) AS amount FROM contacts WHERE archived_at IS NULL "
    "GROUP BY country, status"
)
_BUDGET: Final = text(
    "SELECT country, status, count(*) AS n, sum(budget) AS amount, "
    "count(*) FILTER (WHERE budget_currency <> 'EUR') AS others "
    "FROM contacts WHERE archived_at IS NULL GROUP BY country, status"
)
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


def euro(cents: Any) -> str:
    """Write an amount: `1.234,50 €`."""
    return "" if cents is None else f"{int(cents) / 100:,.2f}".translate(_GERMAN) + "\u00a0€"


def whole_number(number: Any) -> str:
    """Write a number with its thousands set apart."""
    return f"{number:,d}".translate(_GERMAN)


def number_input(value: Any) -> str:
    """Write a number as one types it."""
    return "" if value is None else f"{float(value):.2f}".replace(".", ",")


def day(value: Any) -> str:
    """Write a day."""
    if isinstance(value, str):
        return f"{value[8:10]}.{value[5:7]}.{value[:4]}"
    return "" if value is None else f"{value.day:02d}.{value.month:02d}.{value.year}"


def moment(value: Any) -> str:
    """Write a moment as a clock in Berlin shows it."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    here = found.replace(tzinfo=UTC).astimezone(_ZONE)
    return f"{here.day:02d}.{here.month:02d}.{here.year}, {here.hour:02d}:{here.minute:02d}"


def initials(name: str) -> str:
    """Return the letters that stand for somebody."""
    return "".join(word[0] for word in name.split()[:2]).upper()


def markdown(value: str | None) -> Markup:
    """Return notes as HTML that can do no harm."""
    return Markup(nh3.clean(_MARKDOWN.render(value))) if value else Markup()


def application() -> Flask:
    """Build the application of a worker, with the database of its environment."""
    app = Flask("bench", template_folder="templates", root_path=str(Path(__file__).parent), static_folder=None)
    app.config.update(SECRET_KEY=os.environ[SECRET], SESSION_COOKIE_NAME="hand", TEMPLATES_AUTO_RELOAD=False)
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", WTF_CSRF_TIME_LIMIT=None)
    CSRFProtect(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        euro=euro, whole_number=whole_number, number_input=number_input, day=day, moment=moment, initials=initials,
        markdown=markdown, countries=COUNTRIES, statuses=STATUSES, segments=SEGMENTS, kinds=KINDS,
        static="/static/1", icons="/static/1/icons.svg",
    )  # fmt: skip
    _Pages(os.environ[DATABASE]).install(app)
    return app


class _Pages:
    """The pages, over one database."""

    def __init__(self, url: str) -> None:
        self.engine = hand_written_data.engine_of(url)
        self.dialect = self.engine.dialect.name
        collation = "" if self.dialect == "sqlite" else ' COLLATE "C"'
        order, after = _ORDER.format(c=collation), _AFTER.format(c=collation)
        self.lists = {
            (searched, deep): text(_SHOWN + _FIND[self.dialect] * searched + after * deep + order)
            for searched in (False, True)
            for deep in (False, True)
        }
        self.activities = text(_ACTIVITIES.format(c=collation))
        fields = wide_fields()
        self.parts = [(start // 50 + 1, fields[start : start + 50]) for start in range(0, len(fields), 50)]

    def install(self, app: Flask) -> None:
        """Hang the pages on an application."""
        app.before_request(self.begin)
        app.after_request(self.end)
        app.teardown_request(self.close)
        app.add_url_rule("/login", view_func=self.login, methods=["GET", "POST"])
        app.add_url_rule("/e/contact/active", view_func=self.contacts)
        app.add_url_rule("/r/contact/<int:record_id>", view_func=self.read)
        app.add_url_rule("/r/contact/<int:record_id>/edit", view_func=self.edit)
        app.add_url_rule("/r/contact/<int:record_id>/edit", view_func=self.save, methods=["POST"])
        app.add_url_rule("/r/wide/<int:record_id>/edit", view_func=self.wide)
        app.add_url_rule("/report/contacts_by_country", view_func=self.report)
        app.add_url_rule("/report/budget_by_country", view_func=self.budget)

    # -- every request ------------------------------------------------------------------------------------------------

    def begin(self) -> BaseResponse | None:
        """Open the transaction and find out who asks."""
        g.connection = self.engine.connect()
        if self.dialect == "sqlite":
            g.connection.exec_driver_sql("BEGIN" if request.method == "GET" else "BEGIN IMMEDIATE")
        g.user = g.connection.execute(_USER, {"who": session.get("who")}).first()
        return redirect("/login") if g.user is None and request.path != "/login" else None

    def end(self, response: Response) -> Response:
        """Commit, and add the headers."""
        if response.status_code < 400:
            if self.dialect == "sqlite":
                g.connection.exec_driver_sql("COMMIT")
            g.connection.commit()
        response.headers.update(_HEADERS)
        return response

    def close(self, error: BaseException | None) -> None:
        """Give the connection back."""
        connection = g.pop("connection", None)
        if connection is not None:
            if self.dialect == "sqlite" and connection.connection.driver_connection.in_transaction:
                connection.exec_driver_sql("ROLLBACK")
            connection.close()

    def page(self, template: str, **values: Any) -> str:
        """Render a page with its frame."""
        return render_template(template, user=g.user, here=request.path, **values)

    def login(self) -> str | BaseResponse:
        """Sign in."""
        if request.method == "GET":
            return render_template("login.html")
        found = g.connection.execute(_LOGIN, {"email": request.form["email"]}).one()
        PasswordHasher().verify(found.password, request.form["password"])
        session["who"] = found.uniquifier
        return redirect("/e/contact/active")

    # -- pages --------------------------------------------------------------------------------------------------------

    def contacts(self) -> str:
        """Show the active contacts, searched if wanted, from a place on if wanted."""
        q, after = request.args.get("q", "").strip(), request.args.get("after", "")
        values: dict[str, Any] = {}
        if q:
            words = fold(q).split()
            values["q"] = (
                " ".join(f'"{word}"' for word in words) if self.dialect == "sqlite" else f"%{'%'.join(words)}%"
            )
        if after:
            values.update(orjson.loads(base64.urlsafe_b64decode(after)))
        rows = g.connection.execute(self.lists[bool(q), bool(after)], values).all()
        following = ""
        if len(rows) > _ROWS:
            rows.pop()
            last = rows[-1]
            place = {name: getattr(last, name) for name in ("last_sort", "last_name", "first_sort", "first_name", "id")}
            following = base64.urlsafe_b64encode(orjson.dumps(place)).decode()
        return self.page(
            "list.html", rows=rows, next=following, q=q, after=after, path=request.path, filterable=_FILTERABLE,
            columns=_COLUMNS, whole=f"?q={q}" if q else "",
            begin=f"{request.path}?q={q}&" if q else f"{request.path}?",
        )  # fmt: skip

    def read(self, record_id: int) -> str:
        """Show a contact."""
        row = g.connection.execute(_ONE, {"id": record_id}).first() or abort(404)
        activities = g.connection.execute(self.activities, {"id": record_id}).all()
        return self.page("read.html", r=row, activities=activities)

    def edit(self, record_id: int) -> str:
        """Show a contact to be changed."""
        row = g.connection.execute(_ONE, {"id": record_id}).mappings().first() or abort(404)
        return self.page("edit.html", r=row, v=typed(row), errors={})

    def wide(self, record_id: int) -> str:
        """Show a record of 300 fields to be changed."""
        row = g.connection.execute(_WIDE, {"id": record_id}).mappings().first() or abort(404)
        return self.page("wide.html", r=row, parts=self.parts)

    def save(self, record_id: int) -> BaseResponse | tuple[str, int]:
        """Save a contact, or show again what was typed with what is wrong."""
        row = g.connection.execute(_ONE, {"id": record_id}).mappings().first() or abort(404)
        new, errors = checked(request.form)
        if new.get("company_id") not in (None, row["company_id"]):
            if g.connection.execute(_COMPANY, {"id": new["company_id"]}).first() is None:
                errors["company"] = "Diese Firma gibt es nicht mehr."
        if errors:
            return self.page("edit.html", r=row, v=request.form, errors=errors), 422
        changed = {name: value for name, value in new.items() if stored(row[name]) != value}
        if changed:
            title = f"{new['first_name'] or ''} {new['last_name']}".strip()
            words = " ".join(filter(None, (title, new["last_name"], new["first_name"], new["email"])))
            derived = {
                "title": title,
                "last_sort": fold(new["last_name"]),
                "first_sort": fold(new["first_name"] or ""),
                "search_text": search_text(words),
            }
            changed.update((name, value) for name, value in derived.items() if row[name] != value)
            changed["updated_at"], changed["updated_by"] = str(datetime.now(UTC).replace(tzinfo=None)), g.user.id
            sets = ", ".join(f"{name} = :{name}" for name in changed)
            update = f"UPDATE contacts SET version = version + 1, {sets} WHERE id = :id AND version = :version"
            same = {"id": record_id, "version": int(request.form["version"])}
            found = g.connection.execute(text(update), {**changed, **same})
            if found.rowcount != 1:
                return "Jemand anders hat diesen Kontakt inzwischen geändert.", 409
        flash("Gespeichert.")
        return redirect(f"/r/contact/{record_id}", 303)

    def report(self) -> str:
        """Show contacts and revenue by country and status."""
        return self._report(_REPORT, "contacts_by_country", "Kontakte nach Land und Status", "Umsatz")

    def budget(self) -> str:
        """Show contacts and budget by country and status; amounts of other currencies aren't added up."""
        return self._report(_BUDGET, "budget_by_country", "Budget nach Land und Status", "Budget")

    def _report(self, statement: TextClause, key: str, title: str, amount: str) -> str:
        rows = g.connection.execute(statement).all()
        if any(getattr(row, "others", 0) for row in rows):
            return "Mehrere Währungen werden nicht addiert."
        place = {key: number for number, key in enumerate([*COUNTRIES, *STATUSES])}
        rows.sort(key=lambda row: (place[row.country], place[row.status]))
        n, total = sum(row.n for row in rows), sum(row.amount for row in rows)
        return self.page("report.html", rows=rows, n=n, total=total, report=key, title=title, amount=amount)
