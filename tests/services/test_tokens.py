"""The tokens of a connection: renewed by one, used by all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.core.errors import ConfigError, TransientError
from integrations.models import Connection
from integrations.services.tokens import StoredTokens
from tests.factories import make_accelo, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accelo(db: None) -> Connection:
    return make_accelo(make_workspace(), "http://127.0.0.1:1")


def refuse(stored: dict[str, Any]) -> dict[str, Any]:
    raise ConfigError("Sign in again.")


def test_a_token_that_another_process_renewed_is_taken_as_it_is(accelo: Connection) -> None:
    Connection.objects.update(tokens={"access_token": "fresh"})
    assert StoredTokens(accelo).renew("stale", refuse) == {"access_token": "fresh"}


def test_a_renewed_token_is_stored_before_it_is_used_and_keeps_the_rest(accelo: Connection) -> None:
    Connection.objects.update(tokens={"access_token": "stale", "refresh_token": "r1"})
    token = StoredTokens(accelo).renew("stale", lambda stored: {"access_token": "new", "was": stored["refresh_token"]})
    assert token == {"access_token": "new", "refresh_token": "r1", "was": "r1"} == Connection.objects.get().tokens


def test_a_failed_renewal_lets_the_next_one_try(accelo: Connection) -> None:
    with pytest.raises(ConfigError):
        StoredTokens(accelo).renew("", refuse)
    assert Connection.objects.get().token_owner == ""


def test_a_renewal_that_never_ends_is_given_up_by_those_who_wait(accelo: Connection) -> None:
    Connection.objects.update(token_owner="someone", token_until=timezone.now() + timedelta(minutes=1))
    with pytest.raises(TransientError, match="Another process"):
        StoredTokens(accelo, pause=lambda seconds: None).renew("", refuse)


@pytest.mark.parametrize(
    "meanwhile", [{"access_token": "hers", "refresh_token": "r9"}, {}], ids=["connect", "disconnect"]
)
def test_a_renewal_does_not_undo_what_a_person_did_meanwhile(accelo: Connection, meanwhile: dict[str, str]) -> None:
    Connection.objects.update(tokens={"access_token": "stale", "refresh_token": "r1"})

    def obtain(stored: dict[str, Any]) -> dict[str, Any]:
        Connection.objects.update(tokens=meanwhile)
        return {"access_token": "", "refused": {"code": "invalid_grant"}}

    assert StoredTokens(accelo).renew("stale", obtain).get("access_token", "") == meanwhile.get("access_token", "")
    assert Connection.objects.get().tokens == meanwhile
