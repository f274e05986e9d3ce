"""What the console shows of each fixed table, and what may be changed there."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from email_validator import EmailNotValidError
from flask import Response, abort, flash, request
from flask_admin.contrib.sqla import ModelView, tools
from flask_admin.form import BaseForm
from flask_wtf import FlaskForm
from jinja2 import pass_context
from sqlalchemy import Integer, inspect
from sqlalchemy.exc import IntegrityError
from wtforms import BooleanField, EmailField, Field, PasswordField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from app.access.granting import PERSON, is_handed_on, may_admit, may_grant, may_hold, may_place
from app.access.rights import capable
from app.admin.choosing import RolesField, TeamField, role_label
from app.admin.frame import framed
from app.errors import Conflict, Forbidden
from app.fields.formats import formats_for
from app.system.accounts import account
from app.system.admission import take_factors_off
from app.system.audit import append
from app.system.delegations import lent_to
from app.system.entrance import end_access, forget_entrance
from app.system.identities import unlink
from app.system.password_links import call_in
from app.system.seen import count_up
from app.system.sessions import end_all
from app.system.spelling import spelled
from app.system.tables import Role, User
from app.system.tokens import revoke_all
from app.web import markup
from app.web.choosing import hashed, weakness
from app.web.lifecycle import connection, context, current
from app.web.passwords import LONGEST
from app.web.render import LANGUAGES
from app.web.respond import own_place, respond
from app.web.texts import TEXTS, text

_PAGE: Final = 50
_EXCERPT: Final = 80
#: Beyond this page of a table nobody leafs; a database would refuse the numbers that people invent.
_LAST_PAGE: Final = 1_000_000
_LONGEST_SEARCH: Final = 200
#: Ids that every database can compare with.
_ID: Final = re.compile(r"[0-9]{1,18}", re.ASCII)


class ConsoleForm(BaseForm):  # type: ignore[misc]  # Flask-Admin has no types
    """A form whose token is the one that the whole product checks."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        """The settings of Flask-WTF's own forms."""


def _shown(view: Any, ctx: Any, model: Any, name: str) -> Any:
    """Write a value for a list: times in the reader's language, long texts cut."""
    value = getattr(model, name)
    reader = context()
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return formats_for(reader.locale, reader.snapshot.time_zone).datetime(value)
    if isinstance(value, bool):
        formats = formats_for(reader.locale, reader.snapshot.time_zone)
        return formats.yes if value else formats.no
    if isinstance(value, list):
        return ", ".join(sorted(role_label(one) if isinstance(one, Role) else str(one) for one in value))
    written = str(value)
    return written if len(written) <= _EXCERPT else written[:_EXCERPT] + " …"


class Table(ModelView):  # type: ignore[misc]  # Flask-Admin has no types
    """A fixed table in the console; shows, and changes nothing unless a subclass says so."""

    #: Its part of the address, and of the keys of its texts.
    place: ClassVar[str] = ""
    #: The input in which a password is chosen, if there is one.
    chooses: ClassVar[str] = ""
    list_template = "console/list.html"
    create_template = edit_template = "console/form.html"
    details_template = "console/details.html"
    form_base_class = ConsoleForm
    can_create = can_edit = can_delete = False
    can_view_details = True
    can_set_page_size = False
    page_size = _PAGE
    action_disallowed_list = ("delete",)

    def __init__(self, model: type, accounts: Any, **where: Any) -> None:
        names = [*self.column_list, *(self.column_details_list or ())]
        self.column_formatters = dict.fromkeys(names, _shown)
        self.column_formatters_detail: dict[str, Any] = {}
        super().__init__(model, accounts, **where)

    def label(self, which: str = "title_key") -> str:
        """Return the table's name or the sentence about it, in the reader's language."""
        return text(f"console.{self.place}" + ("_help" if which == "help_key" else ""), context().locale)

    def heading(self, name: str) -> str:
        """Return what a column is called, in the reader's language."""
        key = f"console.{name}"
        return text(key, context().locale) if key in TEXTS else name

    def is_accessible(self) -> bool:
        """Ask once more, in case a view is ever reached by another way than its address."""
        ctx = context()
        return capable(ctx.snapshot.model, ctx.actor, "administer")

    def render(self, template: str, **values: Any) -> Response:
        """Render in the product's frame; a form that comes back was refused (422)."""
        status = 422 if request.method == "POST" else 200
        return respond(framed(template, f"console.{self.place}", self, **values), status)

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse to lead anywhere but to pages of this site; Flask-Admin lets blanks and line breaks pass."""
        for asked in request.values.getlist("url"):
            if own_place(asked) != asked:
                abort(400)
        return super()._run_view(fn, *args, **kwargs)

    def handle_view_exception(self, exc: Exception) -> bool:
        """Tell what the typist can mend above the form; anything else is for the edge.

        Raises:
            Exception: the failure itself, where nobody but us can mend it.
        """
        if isinstance(exc, ValidationError):
            flash(str(exc), "error")
        elif isinstance(exc, IntegrityError):
            flash(text("console.taken", context().locale), "error")
        else:
            raise exc
        return True

    def get_one(self, id: Any) -> Any:
        """Return the row with an id as the address writes it; None, and so "not there", for what can't be one."""
        parts = tools.iterdecode(id)
        keys = inspect(self.model).primary_key
        if len(parts) != len(keys):
            return None
        numbers = [part for key, part in zip(keys, parts, strict=True) if isinstance(key.type, Integer)]
        if not all(_ID.fullmatch(number) for number in numbers):
            return None
        return None if any("\0" in part for part in parts) else super().get_one(id)

    def update_model(self, form: Any, model: Any) -> bool:
        """Save a row where it is still the one that the form was made from; else show the new state, with a sentence.

        Args:
            form: what was sent.
            model: the row as it is stored.
        """
        sent = request.form.get("version", "")
        version = int(sent) if _ID.fullmatch(sent) else 0
        try:
            count_up(connection(), inspect(self.model).local_table, model.id, version)
        except Conflict as stale:
            flash(stale.message.text(context().locale), "error")
            form.process(obj=model)
            return False
        return bool(super().update_model(form, model))

    def _get_list_extra_args(self) -> Any:
        """Read the list's arguments; a page before the first or far behind the last is taken for the nearest one."""
        args = super()._get_list_extra_args()
        args.page = min(max(args.page or 0, 0), _LAST_PAGE)
        args.search = (args.search or "").replace("\0", " ")[:_LONGEST_SEARCH] or None
        return args

    def _record(self, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """Write down what an administrator did."""
        append(connection(), context().actor, action, subject, details)


class Users(Table):
    """People who may sign in. Nobody is deleted: records name them; they are deactivated."""

    place, chooses = "users", "new_password"
    can_create = can_edit = True
    column_list = ("email", "name", "roles", "team", "active", "created_at")
    column_details_list = ("email", "name", "roles", "team", "active", "locale", "created_at")
    column_searchable_list = ("email", "name")
    column_sortable_list = ("email", "name", "active", "created_at")
    column_default_sort = "name"
    form_columns = ("email", "name", "active", "roles", "team", "locale", "new_password", "factors_off")
    form_overrides: ClassVar[Mapping[str, type[Field]]] = {
        "email": EmailField,
        "name": StringField,
        "locale": SelectField,
        "roles": RolesField,
        "team": TeamField,
    }
    form_args: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "locale": {"choices": dict(LANGUAGES)},
        "email": {"validators": [Length(max=254)]},
        "name": {"validators": [Length(max=200)]},
    }
    form_extra_fields: ClassVar[Mapping[str, Field]] = {
        "new_password": PasswordField(
            validators=[Optional(), Length(max=LONGEST)], render_kw={"autocomplete": "new-password"}
        ),
        "factors_off": BooleanField(),
    }

    def create_form(self, obj: Any = None) -> Any:
        """Return the form for a new user, who has no factors yet."""
        form = super().create_form(obj)
        del form.factors_off
        return form

    def on_model_change(self, form: Any, model: User, is_created: bool) -> None:
        """Check and complete a user before he is stored; whoever loses something is signed out everywhere.

        Raises:
            ValidationError: the address isn't one, the password is missing, or he would lock himself out.
        """
        locale = context().locale
        try:
            model.email = spelled(model.email or "")
        except EmailNotValidError as wrong:
            raise ValidationError(text("console.email_bad", locale)) from wrong
        if is_created and not form.new_password.data:
            raise ValidationError(text("console.password_needed", locale))
        if not is_created and model.id == context().actor.id and not (model.active and _administers(model)):
            raise ValidationError(text("console.not_yourself", locale))
        weak = weakness(form.new_password.data, (model.name or "", model.email)) if form.new_password.data else None
        if weak is not None:
            raise ValidationError(weak.text(locale))
        _require_granted(model, signs_in_anew=bool(form.new_password.data), is_created=is_created)
        if not is_created and _is_handed_on(model):
            model.password = None
            forget_entrance(connection(), context().actor, model.id)
            if not form.new_password.data:
                flash(text("console.handed_on", locale), "error")
        if form.new_password.data:
            model.password = hashed(form.new_password.data)
        model.fs_uniquifier = uuid.uuid4().hex if is_created or not _is_self(model) else model.fs_uniquifier
        if not is_created and form.new_password.data:
            _end_access(model)
        if not is_created and not _is_self(model):
            end_all(connection(), model.id)
            if not model.active:
                revoke_all(connection(), context().actor, model.id)
            if inspect(model).attrs.email.history.deleted:
                unlink(connection(), model.id)
            call_in(connection(), model.id, but_of=context().actor.id)
        if not is_created and form.factors_off.data:
            _take_factors_off(model.id)
        roles = sorted(role.name for role in model.roles)
        self._record(
            "user.create" if is_created else "user.update", model.email, {"roles": roles, "active": bool(model.active)}
        )


def _administers(user: User) -> bool:
    roles = context().snapshot.model.roles
    return any("administer" in roles[role.name].capabilities for role in user.roles if role.name in roles)


def _require_granted(user: User, *, signs_in_anew: bool, is_created: bool) -> None:
    """Make sure that the administrator may change these roles, what they reach, and whether and how the user signs in.

    Raises:
        ValidationError: he may not; says why.
    """
    ctx = context()
    model, actor, user_id = ctx.snapshot.model, ctx.actor, None if is_created else user.id
    state = inspect(user).attrs
    roles = state.roles.history
    changed = [role.name for role in (*roles.added, *roles.deleted)]
    reasons = [may_grant(model, actor, user_id, key) for key in changed]
    reasons += [may_hold(model, user.kind or PERSON, role.name) for role in roles.added]
    before = [role.name for role in (*roles.unchanged, *roles.deleted)]
    let_in = signs_in_anew or bool(state.email.history.deleted) or (user.active and bool(state.active.history.deleted))
    if is_created:
        reasons.append(may_admit(model, actor, user_id, changed))
    elif let_in:
        # After, too: a password that is given with the last technical role's end would open what others give later.
        lent = lent_to(connection(), [user.id]).get(user.id, [])
        after = [role.name for role in user.roles]
        reasons += [may_admit(model, actor, user_id, [*keys, *lent]) for keys in (before, after)]
    if not is_created and state.team.history.has_changes():
        reasons.append(may_place(model, actor, user.id, before))
    refused = next((reason for reason in reasons if reason is not None), None)
    if refused is not None:
        raise ValidationError(refused.text(ctx.locale))


def _is_handed_on(user: User) -> bool:
    """Return whether a user's new roles bring his account into others' hands."""
    roles = inspect(user).attrs.roles.history
    before = [role.name for role in (*roles.unchanged, *roles.deleted)]
    return is_handed_on(context().snapshot.model, user.kind, before, [role.name for role in user.roles])


def _end_access(user: User) -> None:
    """End what was opened with the password from before; one's own session, in which one sits, stays."""
    call = current()
    mine = call.session.id if call is not None and call.session is not None and _is_self(user) else None
    if end_access(connection(), context().actor, user.id, but=mine):
        flash(text("console.tokens_ended", context().locale), "success")


def _take_factors_off(user_id: int) -> None:
    """Take the second factors of somebody off who lost them.

    Raises:
        ValidationError: the administrator may not; says why.
    """
    ctx = context()
    stored = account(connection(), PERSON, user_id)
    if stored is None:
        return
    try:
        take_factors_off(connection(), ctx.snapshot.model, ctx.actor, stored)
    except Forbidden as refused:
        raise ValidationError(refused.message.text(ctx.locale)) from refused


def _is_self(user: User) -> bool:
    return user.id == context().actor.id


class Roles(Table):
    """Roles people can have; made by publishing role documents."""

    place = "roles"
    column_list = column_details_list = ("name", "description")
    column_default_sort = "name"


class Teams(Table):
    """Teams: may be made and renamed."""

    place = "teams"
    can_create = can_edit = True
    column_list = column_details_list = ("name",)
    column_searchable_list = ("name",)
    form_columns = ("name",)
    form_overrides: ClassVar[Mapping[str, type[Field]]] = {"name": StringField}
    form_args: ClassVar[Mapping[str, Mapping[str, Any]]] = {"name": {"validators": [Length(max=200)]}}

    def on_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        """Write it down."""
        self._record("team.create" if is_created else "team.update", model.name)


class Revisions(Table):
    """Every published state of the configuration."""

    place = "revisions"
    column_list = ("id", "message", "created_at", "created_by", "program")
    column_details_list = ("id", "parent_id", "message", "created_at", "created_by", "program", "fingerprint")
    column_default_sort = ("id", True)


class Documents(Table):
    """The texts of all revisions."""

    place = "documents"
    column_list = ("kind", "key", "sha256")
    column_details_list = ("kind", "key", "sha256", "body")
    column_searchable_list = ("kind", "key")
    column_default_sort = "key"

    @pass_context
    def get_detail_value(self, context: Any, model: Any, name: str) -> Any:
        """Show the text as it is, in full."""
        return markup.preformatted(model.body) if name == "body" else super().get_detail_value(context, model, name)


class Audit(Table):
    """What was done to the installation; appended by the product, changed by nobody."""

    place = "audit"
    column_list = ("at", "actor_name", "action", "subject")
    column_details_list = ("at", "actor_name", "actor_id", "action", "subject", "details")
    column_searchable_list = ("actor_name", "action", "subject")
    column_default_sort = ("at", True)
