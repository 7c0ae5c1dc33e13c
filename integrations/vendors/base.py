"""What a vendor folder declares: how to sign in, how to open a client, how to emulate it.

Django-free. A sixth vendor is one folder with `VENDOR = Vendor(...)` and one line in the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from integrations.http import Http, Reply, Verdict


@dataclass(frozen=True, slots=True)
class Setting:
    """One declared setting or credential of a connection, rendered by the one connection form.

    `when`: the field is needed only if these other settings have these values
    (`{"auth": ("client_credentials",)}`). `secret` fields are stored encrypted and never shown again.
    """

    name: str
    label: str
    help: str = ""
    default: str = ""
    required: bool = True
    secret: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class TokenStore(Protocol):
    """Where a connection's tokens live, shared by all processes of the installation."""

    def load(self) -> dict[str, Any]:
        """The stored token as saved by `renew`, {} when there is none."""

    def renew(self, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """A token that is not `stale`, fetched by one process at a time.

        Takes the connection's lock and re-reads. If another process has already stored an access token other than
        `stale`, that one is returned. Else `obtain(stored)` is called (it calls the vendor), its answer is stored
        durably and returned. Keys: access_token, expires_at (unix seconds), refresh_token when there is one, org_id
        where the vendor says which account the token is for: another one is refused until a person accepts it.
        """


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs to open: the connection's declared values, the door, and where tokens are kept.

    `remember`: facts learned from the vendor that outlive the process (the account's time zone); the client
    reads `account`, which the last connection test filled.
    """

    settings: Mapping[str, str]
    credentials: Mapping[str, str]
    http: Http
    tokens: TokenStore
    now: Callable[[], datetime]
    account: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """Result of a connection test: who and what is connected, for the page and the command.

    `account`: stored with the connection; `identity` must not change silently on a reconnect (deployment,
    org, policy owner). `facts`: label -> text, shown in order. `missing`: permissions that are lacking, as
    sentences that say what to do. `budget`: calls left, as text, or ''.
    """

    identity: str
    account: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    budget: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `calls` requests in any `seconds`. Shared by all processes for one connection."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value an admin may choose in a mapping: an expense type, a project, a person.

    `extra` holds what the rules need (a type's tax id, a project's standing), as text.
    """

    kind: str
    id: str
    label: str
    code: str = ""
    email: str = ""
    active: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hint:
    """How a vendor tells of changes on its own accord. Never trusted for content: it only brings a poll forward.

    `header`: where the signature of the body stands; `fits(body, signature, secret)` checks it. `events`: what is
    subscribed to. `api(client)`: what has `subscribe(url, event, secret)`, whose answer has an `id`, and
    `unsubscribe(id)`.
    """

    header: str
    fits: Callable[[bytes, str, str], bool]
    events: tuple[str, ...]
    api: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Vendor:
    """`open(access)` gives the vendor's client, which has `check() -> Checked` and
    `list_candidates(kind) -> Iterator[Candidate]` for each of `candidate_kinds`. One that can tell that a person must
    sign in before anything is read has `sign_in()`, which raises ConfigError then. For imports a source may have
    `survey(conditions)` (services/import_survey.py), a target `search_records(kind, text)` and `get_record(kind, id)`
    (services/import_picks.py).

    `windows`: documented call limits.
    `sandbox()` gives a new emulator (imported lazily). `budget_key(settings, credentials)`: connections with the
    same key share one budget (same deployment, same credential pair).
    """

    key: str
    label: str
    settings: tuple[Setting, ...]
    credentials: tuple[Setting, ...]
    open: Callable[[Access], Any]
    sandbox: Callable[[], Any]
    classify: Callable[[Reply], Verdict | None] = lambda reply: None
    """The vendor's table from an answer to what it means; None = success. The services give it to the door."""
    windows: tuple[Window, ...] = ()
    candidate_kinds: tuple[str, ...] = ()
    budget_key: Callable[[Mapping[str, str], Mapping[str, str]], str] | None = None
    identity_settings: tuple[str, ...] = ()
    """Settings that name the account at the vendor: another value is another account, until a test says otherwise."""
    allowance_seconds: float = 0.0
    """Over how long the vendor counts its own allowance of calls, which its answers tell; 0 where it has none."""
    reserve: int = 0
    """Calls of the vendor's own allowance that are left to the account's other users (a tenth of a small allowance)."""
    shared_warning: str = ""
    """What else breaks when these credentials change; shown under *used by*."""
    accounting: Callable[[Mapping[str, str], Mapping[str, Any]], str] | None = None
    """For a vendor that keeps a list of tags, whose client has `read_tags`, `compare_tags` and `replace_tags`: by its
    settings and account, the accounting package that brings tags of its own, in words, or ''."""
    full_id: Callable[[str], str] = str
    """The one form of a record's id that is stored, from any form that people know it by."""
    hint: Hint | None = None
    oauth: bool = False
    """The client has `authorize_url(...)` and `exchange_code(...)` for the Connect button."""
