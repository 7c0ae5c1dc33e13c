"""Records of a sync as they stand now, by state: blocked, failed, left out, linked …"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from integrations.admin.base import back
from integrations.admin.run_items import why_address
from integrations.models import Link, Sync
from integrations.services import records, runs
from integrations.syncs.base import Scope

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

PAGE = 50


def records_page(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """`state` (default blocked), `q` (beginning of a source or target id); keyset pages by `after`."""
    given = request.GET
    text = given.get("q", "").strip()
    state = given.get("state", "" if text else Link.State.BLOCKED)
    rows = Link.objects.filter(sync=sync)
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(Q(source_id__startswith=text) | Q(target_id__startswith=text))
    after = given.get("after", "")
    if after.isdecimal():
        rows = rows.filter(pk__gt=int(after))
    found = list(rows.order_by("pk")[: PAGE + 1])
    kept = {name: given[name] for name in ("state", "q") if given.get(name)}
    context = {
        "title": f"Records of {sync.name}",
        "sync": sync,
        "rows": [(link, why_address(sync.pk, link)) for link in found[:PAGE]],
        "next": urlencode({**kept, "after": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "state": state,
        "q": text,
        "states": states(sync),
    }
    return page.show(request, "sync/records.html", context)


def states(sync: Sync) -> list[tuple[str, str, int | None]]:
    """Every state with its number; linked records are not counted, they may be many."""
    rows = Link.objects.filter(sync=sync).exclude(state=Link.State.LINKED).order_by()
    numbers = dict(rows.values_list("state").annotate(n=Count("pk")))
    return [
        (state, words, None if state == Link.State.LINKED else numbers.get(state, 0))
        for state, words in Link.State.choices
    ]


def act(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """POST `do`: retry, ignore or unignore, for the ticked `link`s."""
    links = Link.objects.filter(sync=sync, pk__in=[pk for pk in request.POST.getlist("link") if pk.isdecimal()])
    here = reverse("admin:integrations_sync_records", args=[sync.pk])
    if not links.exists():
        messages.warning(request, "Nothing was ticked. Tick records first.")
        return back(request, here)
    return carry_out(request, sync, links) or back(request, here)


def carry_out(request: HttpRequest, sync: Sync, links: Any) -> Any:
    do = request.POST.get("do")
    if do == "ignore":
        number = records.records_ignore(links=links, who=request.user.get_username())
        messages.success(request, f"{number} left out from now on." if number else "Linked records cannot be left out.")
        return None
    if do == "unignore":
        number = records.records_unignore(links=links)
        messages.success(request, f"{number} taken up again; the next run plans them.")
        return None
    scope = Scope(
        streams=tuple(sorted(set(links.values_list("stream", flat=True)))),
        source_ids=tuple(links.order_by("pk").values_list("source_id", flat=True)),
    )
    links.filter(state=Link.State.FAILED).update(next_attempt_at=None, fingerprint="")
    run = runs.run_enqueue(sync=sync, trigger="retry", user=request.user, scope=scope)
    return HttpResponseRedirect(reverse("admin:integrations_run_change", args=[run.pk]))
