from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import WorkerBeat
from integrations.services import workers


@pytest.fixture
def beat(db: None) -> WorkerBeat:
    found = workers.beat_start(processes=2)
    found.state = WorkerBeat.State.RUNNING
    workers.beat_write(found)
    return found


def test_healthz_needs_no_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_readyz_is_ready_with_database_migrations_and_a_fresh_worker(client: Client, beat: WorkerBeat) -> None:
    answer = client.get("/readyz")
    assert answer.json() == {"ready": True, "checks": {"database": "ok", "migrations": "ok", "workers": "ok"}}
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_readyz_names_a_missing_worker(client: Client, db: None) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "Start one: manage.py runworker" in answer.json()["checks"]["workers"]


def test_readyz_names_when_the_last_worker_was_seen(client: Client, beat: WorkerBeat) -> None:
    WorkerBeat.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "The last one was seen at" in answer.json()["checks"]["workers"]


def test_a_draining_worker_does_not_make_the_portal_ready(client: Client, beat: WorkerBeat) -> None:
    WorkerBeat.objects.update(state=WorkerBeat.State.DRAINING)
    assert client.get("/readyz").status_code == 503


def test_the_front_door_leads_to_the_admin(client: Client) -> None:
    assert client.get("/")["Location"] == "/admin/"


@pytest.mark.parametrize("offered", ["", "bad id\twith blanks", "x" * 65])
def test_each_answer_carries_a_request_id(client: Client, offered: str) -> None:
    made = client.get("/healthz", headers={"X-Request-ID": offered})["X-Request-ID"]
    assert made != offered
    assert len(made) == 32


def test_a_proxys_request_id_is_kept(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abcd-1234"})["X-Request-ID"] == "abcd-1234"


def test_pages_allow_nothing_from_elsewhere(client: Client, db: None) -> None:
    policy = client.get("/admin/login/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "frame-ancestors 'none'" in policy


def test_signing_in_is_locked_after_ten_failures(client: Client, django_user_model: Any) -> None:
    django_user_model.objects.create_superuser("ada", "ada@example.com", "right-horse")
    attempt = {"username": "ada", "password": "wrong"}
    answers = [client.post("/admin/login/", attempt).status_code for _ in range(10)]
    assert answers[:9] == [200] * 9
    locked = client.post("/admin/login/", {**attempt, "password": "right-horse"})
    assert locked.status_code == 429
    assert "locked for 15 minutes" in locked.content.decode()


def test_an_unknown_page_says_so_plainly(client: Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
