"""Why records of an import were left out, wait, failed or were kept: in plain words, by how many."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count

from integrations import registry
from integrations.models import Run, RunItem

OTHER = ("1 for a reason of its own.", "{} for reasons of their own.")
"""For what the rules do not tell: a vendor's own refusal, or a fault of the portal. Each record has its sentence."""


def reason_words(run: Run, code: str, number: int) -> str:
    """ "12 belong to owners that are left out."."""
    one, many = registry.sync(run.sync.kind).remarks.get(code, OTHER)
    return one if number == 1 else many.format(f"{number:,}")


def undo_summary(run: Run) -> str:
    """ "12 taken back, 2 kept because they were edited since, 1 not permitted by Accelo"; a preview says "can be"."""
    rows = run.items.order_by().values_list("status", "action", "code")
    looks = run.kind == Run.Kind.PREVIEW
    taken, kept, rest = 0, Counter[str](), Counter[str]()
    for status, action, code, number in rows.annotate(n=Count("pk")).order_by("-n", "code"):
        if status == RunItem.Status.UPDATED or (looks and action == "update"):
            taken += number
        elif action == "skip":
            kept[code] += number
        else:
            rest[str(RunItem.Status(status).label).lower()] += number
    words = [f"{taken:,} can be taken back" if looks else f"{taken:,} taken back"]
    order = {code: at for at, code in enumerate(registry.sync(run.sync.kind).remarks)}
    for code in sorted(kept, key=lambda one: order.get(one, len(order))):
        words.append(reason_words(run, code, kept[code]).removesuffix("."))
    return ", ".join(words + [f"{number:,} {name}" for name, number in rest.most_common()])
