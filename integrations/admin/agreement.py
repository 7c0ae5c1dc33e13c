"""Agreement: whether both sides of a two-way sync hold the same, as the last full comparison counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from integrations import registry
from integrations.admin.base import tell_error
from integrations.admin.matching import one_way
from integrations.core.conflict import Names
from integrations.core.errors import PortalError
from integrations.models import Sync
from integrations.services.agreement import Agreement, agreement, agreement_start
from integrations.services.two_way import names_of, option_of

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin


def rows_of(found: Agreement, names: Names) -> list[tuple[str, str, list[int]]]:
    """(words, what it means, number of each stream), only those that say something for some stream."""
    lines = [
        ("source", f"In {names.source}", "that take part"),
        ("target", f"In {names.target}", ""),
        ("linked", "Linked pairs", ""),
        ("agree", "Agree", "all synced fields are equal"),
        ("apart", "Differ on purpose", "a rule or a person left them so"),
        ("waiting", "Wait", "for a person, or for the next try"),
        ("differ", "Differ", "found by the comparison; the run carries it over"),
        ("only_source", f"Only in {names.source}", ""),
        ("only_target", f"Only in {names.target}", ""),
        ("unpaired", "Without the counterpart they should have", "of those only on one side; see the list below"),
        ("gone", "Gone on one side", "deleted or merged"),
        ("not_visible", "Not visible any more", "the connection's user may not see them"),
    ]
    always = ("source", "target", "linked", "agree", "differ")
    table = [(name, words, help, [getattr(one, name) for one in found.streams]) for name, words, help in lines]
    return [(words, help, numbers) for name, words, help, numbers in table if name in always or any(numbers)]


def records_of(sync: Sync, found: Agreement) -> list[dict[str, Any]]:
    """Rows of the list of records that do not agree: fields by their labels, `id` as their own page knows them."""
    kind = registry.sync(sync.kind)
    streams = {stream.key: stream.label for stream in kind.streams}
    labels = {rule.target: rule.target_label for rule in kind.fields}
    only = f"{sync.target.vendor}:"
    return [
        {
            "record": one, "stream": streams.get(one.stream, one.stream),
            "id": one.source_id or f"{only}{one.target_id}",
            "fields": [labels.get(f"{one.stream}.{key}", key) for key in one.fields],
        }
        for one in found.records
    ]  # fmt: skip


def agreement_page(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    found, names = agreement(sync), names_of(sync)
    context: dict[str, Any] = {
        "title": f"Agreement of {sync.name}",
        "sync": sync,
        "names": names,
        "found": found,
        "rows": rows_of(found, names),
        "records": records_of(sync, found),
        "hour": option_of(sync, "compare_hour"),
    }
    return one_way(request, sync) or page.show(request, "sync/agreement.html", context)


def start(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    if answer := one_way(request, sync):
        return answer
    try:
        run = agreement_start(sync=sync, user=request.user)
    except PortalError as error:
        tell_error(request, error)
        return HttpResponseRedirect(reverse("admin:integrations_sync_agreement", args=[sync.pk]))
    return HttpResponseRedirect(reverse("admin:integrations_run_change", args=[run.pk]))
