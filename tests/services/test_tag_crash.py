"""A worker killed around each of its calls, and Ieatta failing at each: afterwards both lists are the file."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from integrations.engine import LeaseLost
from integrations.models import Budget, Connection, Incident, TagUpload
from integrations.sandbox import Control
from integrations.services.connections import connection_test
from integrations.services.tag_lease import UploadLease
from integrations.services.tag_push import confirm
from integrations.services.tag_standing import take_back, uploads_reap
from integrations.services.tag_uploads import upload_cancel, upload_now
from integrations.services.tag_work import upload_work
from integrations.vendors.ieatta.sandbox.state import SECRET
from tests.killing import in_a_process, killed_while_hanging
from tests.tags import counts, flat, held, make_list, make_upload, person_puts, preview, upload, work, writes

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = "Name,GL Code\nAlpha,100\nOld,1\n"
AFTER = "Name,GL Code\nAlpha,101\nBeta,200\n"
AS_AFTER = [("Alpha", "101", True), ("Beta", "200", True)]


@pytest.fixture
def tags(sandbox: Any) -> Any:
    made = make_list(sandbox.url)
    upload(made, BEFORE)
    return made


def asked(tags: Any) -> TagUpload:
    made = make_upload(tags, AFTER)
    upload_now(upload=made, wake=False)
    return made


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3], ids=["reading", "sending", "reading back"])
def test_a_killed_upload_is_resumed(tags: Any, sandbox: Any, nth: int, when: str) -> None:
    control = Control(sandbox.url, "ieatta")
    made = asked(tags)
    control.faults({"match": "POST ", "nth": nth, "do": "hang", "when": when})
    Budget.objects.all().delete()
    assert killed_while_hanging(control, lambda: upload_work(made.pk))
    assert "1 uploads revived" in uploads_reap()
    done = work(made)
    assert (done.status, counts(done), done.version) == ("done", {"added": 1, "changed": 1, "removed": 1}, 2)
    assert held(tags) == flat(sandbox.url) == AS_AFTER
    sent = 2 if (nth, when) == (2, "before") else 1
    assert writes(sandbox.url) - 1 == sent, "sent again only where it had not arrived"
    assert counts(upload(tags, AFTER)) == {"unchanged": 2}


@pytest.mark.parametrize("do", ["reset", "html", "cut", "empty", "status"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3], ids=["reading", "sending", "reading back"])
def test_trouble_at_any_call_ends_with_both_lists_right(tags: Any, sandbox: Any, nth: int, when: str, do: str) -> None:
    Control(sandbox.url, "ieatta").faults({"match": "POST ", "nth": nth, "do": do, "when": when, "status": 0})
    made = work(asked(tags))
    for _ in range(5):
        if made.status != "held":
            break
        TagUpload.objects.filter(pk=made.pk).update(resume_at=timezone.now())
        made = work(made)
    assert made.status == "done", made.message
    assert held(tags) == flat(sandbox.url) == AS_AFTER


def test_a_long_outage_holds_the_upload_and_it_goes_on_by_itself(tags: Any, sandbox: Any) -> None:
    control = Control(sandbox.url, "ieatta")
    control.faults({"match": "POST ", "nth": 2, "times": -1, "do": "status", "status": 502})
    made = work(asked(tags))
    assert (made.status, made.finished_at) == ("held", None) and "tried again at" in made.message
    assert held(tags) == [("Alpha", "100", True), ("Old", "1", True)], "what is not confirmed is not shown"
    control.faults()
    TagUpload.objects.filter(pk=made.pk).update(resume_at=timezone.now())
    assert uploads_reap() == "0 uploads revived, 1 woken"
    assert work(made).status == "done"
    assert held(tags) == flat(sandbox.url) == AS_AFTER


def test_a_wrong_secret_holds_the_upload_until_the_connection_is_repaired(tags: Any, sandbox: Any) -> None:
    control = Control(sandbox.url, "ieatta")
    control.act("regenerate_secret")
    made = work(asked(tags))
    connection = Connection.objects.get(pk=tags.connection_id)
    assert (made.status, connection.state) == ("held", "sign_in")
    assert Incident.objects.filter(connection=connection, closed_at=None).count() == 1
    control.act("regenerate_secret", secret=SECRET)
    connection_test(connection=connection)
    assert work(made).status == "done"
    assert flat(sandbox.url) == AS_AFTER


def test_somebodys_edit_while_an_upload_was_held_is_not_overwritten(tags: Any, sandbox: Any) -> None:
    control = Control(sandbox.url, "ieatta")
    control.faults({"body": '"type": "update"', "times": -1, "do": "status", "status": 502})
    made = work(asked(tags))
    assert made.sent_at is not None
    control.faults()
    person_puts(sandbox.url, ("Theirs", "7"))
    TagUpload.objects.filter(pk=made.pk).update(resume_at=timezone.now())
    done = work(made)
    assert (done.status, flat(sandbox.url)) == ("done_with_failures", [("Theirs", "7", True)])
    assert {row["path"] for row in done.differences} == {"Alpha", "Beta", "Theirs"}
    tags.refresh_from_db()
    assert tags.apart["total"] == 3


def test_a_cancelled_upload_leaves_both_lists_as_they_were(tags: Any, sandbox: Any) -> None:
    before = flat(sandbox.url)
    made = asked(tags)
    assert "nothing was sent" in upload_cancel(upload=made)
    assert (upload_work(made.pk), held(tags), flat(sandbox.url)) == ("not taken", before, before)
    Control(sandbox.url, "ieatta").faults({"match": "POST ", "times": -1, "do": "status", "status": 502, "nth": 2})
    waits = work(asked(tags))
    upload_cancel(upload=waits)
    Control(sandbox.url, "ieatta").faults()
    assert held(tags) == flat(sandbox.url) == before
    assert upload(tags, AFTER).version == 2


def test_a_process_that_lost_its_upload_does_not_turn_the_list_back(tags: Any, sandbox: Any) -> None:
    late = work(asked(tags))
    upload(tags, "Name,GL Code\nNewest,3\n")
    with pytest.raises(LeaseLost):
        confirm(late, UploadLease(late, "gone"), [])
    assert held(tags) == flat(sandbox.url) == [("Newest", "3", True)]


def test_a_version_that_is_confirmed_is_not_taken_back(tags: Any, sandbox: Any) -> None:
    made = work(asked(tags))
    take_back(made)
    assert (TagUpload.objects.get(pk=made.pk).version, held(tags)) == (2, AS_AFTER)


def test_only_one_upload_of_a_list_is_at_work(tags: Any, sandbox: Any) -> None:
    control = Control(sandbox.url, "ieatta")
    first = asked(tags)
    control.faults({"match": "POST ", "nth": 2, "do": "hang"})
    child = in_a_process(lambda: upload_work(first.pk))
    while not control.hanging():
        time.sleep(0.005)
    with pytest.raises(Exception, match=f"Upload {first.pk} has been running"):
        asked(tags)
    looked = preview(tags, AFTER)
    assert looked.status == "queued", "its preview waits for the list"
    control.release()
    os.waitpid(child, 0)
    assert OrmQ.objects.count() == 1, "it is woken when the list is free"
    assert counts(work(looked)) == {"unchanged": 2}
