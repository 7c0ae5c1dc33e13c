"""What the admin's tests share: one filled workspace and a client for each role in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.models import Tag, TagList, TagTarget, TagUpload
from integrations.services.tag_lists import tag_list_of
from tests.admin.world import fill
from tests.factories import make_user


@pytest.fixture
def own(db: None) -> dict[str, Any]:
    return fill("own", "Own")


@pytest.fixture
def sign_in(own: dict[str, Any]) -> Callable[[str], Client]:
    """`sign_in("operator")`: the client of a member with that role."""

    def client_of(role: str) -> Client:
        client = Client()
        client.force_login(make_user(f"a-{role}", own["workspace"], role))
        return client

    return client_of


@pytest.fixture
def admin_client(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("admin")


@pytest.fixture
def tag_list(own: dict[str, Any]) -> TagList:
    """The list of the own workspace's Ieatta connection; what `fill` put into it is forgotten."""
    found = tag_list_of(own["connection"])
    TagUpload.objects.filter(tag_list=found).delete()
    Tag.objects.filter(tag_list=found).delete()
    TagTarget.objects.filter(tag_list=found).delete()
    TagList.objects.filter(pk=found.pk).update(version=0, tags=0, apart={})
    found.refresh_from_db()
    return found
