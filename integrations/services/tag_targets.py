"""What a tag stands for in Accelo: said by a person or a file, proposed in a picker. Found by itself: tag_match.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from integrations.core.mapping import mapping_key
from integrations.core.tags import TARGET_WORDS, split_path
from integrations.models import Connection, Reference, Tag, TagList, TagTarget
from integrations.services.references import candidate_of
from integrations.services.tag_match import AUTOMATIC, Hit, standing_tags, targets_match, targets_match_paths
from integrations.services.tag_sides import accelo_connection
from integrations.vendors.base import Candidate

__all__ = [
    "FileTargets",
    "accelo_connection",
    "suggestions",
    "tag_target_set",
    "targets_from_file",
    "targets_match",
]

KINDS = tuple(TARGET_WORDS)
BATCH = 2000
EXAMPLES = 200
COLUMNS = ["kind", "external_id", "label", "ground", "updated_at"]


# --- by hand ------------------------------------------------------------------------------------------------------


def tag_target_set(
    *, tag_list: TagList, path: str, target: str | tuple[str, str], user: Any = None
) -> TagTarget | None:
    """A person says what the tag stands for: "job:42", ("job", "42"), or '' to take the decision back.

    Returns the row that stands now: after '' it is the one found by equal code or title, if any. Raises ValueError, in
    words, for a tag that the list does not have, and for a target that Accelo does not have.
    """
    present = TagTarget.objects.filter(tag_list=tag_list, path=path).first()
    if present is None and not standing_tags(tag_list).filter(path=path).exists():
        raise ValueError(f"The list has no tag {path!r}. Choose one of its tags.")
    if not target:
        return _forget(tag_list, path, present, user)
    found = _named(tag_list, *_parts(target))
    _store(tag_list, [_decision(tag_list, path, found, TagTarget.Ground.HAND)], user)
    return TagTarget.objects.get(tag_list=tag_list, path=path)


def _forget(tag_list: TagList, path: str, present: TagTarget | None, user: Any) -> TagTarget | None:
    if present is None:
        return None
    if user is not None:
        setattr(present, "_history_user", user)  # noqa: B010 the name under which the history looks for it
    with transaction.atomic():
        present.delete()
        _raise_version(tag_list)
        targets_match_paths(tag_list, [path])
    return TagTarget.objects.filter(tag_list=tag_list, path=path).first()


def _parts(target: str | tuple[str, str]) -> tuple[str, str]:
    """(kind, id). Raises ValueError for what cannot be read."""
    kind, id = target if isinstance(target, tuple) else target.partition(":")[::2]
    kind, id = kind.strip().casefold(), id.strip()
    words = {word: key for key, word in TARGET_WORDS.items()}
    kind = words.get(kind, kind)
    if kind not in TARGET_WORDS or not id:
        raise ValueError(f"{target!r} names no project, ticket or retainer. Write it like project:42.")
    return kind, id


def _named(tag_list: TagList, kind: str, id: str) -> Hit:
    connection = accelo_connection(tag_list)
    if connection is None:
        raise ValueError("It is not known which Accelo account the tags belong to. Set up the expense sync first.")
    found = Reference.objects.filter(connection=connection, kind=kind, external_id=id).first()
    if found is None:
        raise ValueError(
            f"The portal knows no {TARGET_WORDS[kind]} with the id {id} in {connection.name}. Check the id; if it is "
            "new there, refresh the lists under Mappings."
        )
    return Hit(kind, id, found.label)


def _decision(tag_list: TagList, path: str, hit: Hit, ground: str) -> TagTarget:
    return TagTarget(tag_list=tag_list, path=path, ground=ground, updated_at=timezone.now(), **hit._asdict())


def _store(tag_list: TagList, rows: list[TagTarget], user: Any) -> None:
    """In place of whatever stands for these tags, also what another process has found meanwhile. `user`: who decided,
    for the history; None = nothing is noted there."""
    with transaction.atomic():
        stored = TagTarget.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["tag_list", "path"], update_fields=COLUMNS
        )
        if user is not None:
            TagTarget.history.bulk_history_create(stored, update=True, default_user=user)
        _raise_version(tag_list)


def _raise_version(tag_list: TagList) -> None:
    """What some tag stands for has changed: expenses are looked at again by the next run."""
    TagList.objects.filter(pk=tag_list.pk).update(targets_version=F("targets_version") + 1)


# --- by a file ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class FileTargets:
    """`changed`: tags whose decision is new. `unknown`: pairs that were not taken, because Accelo has no
    such object; `examples` are the first of them, as (path, target)."""

    changed: int = 0
    unknown: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, pairs: list[tuple[str, str]]) -> None:
        self.unknown += len(pairs)
        self.examples.extend(pairs[: EXAMPLES - len(self.examples)])


def targets_from_file(
    tag_list: TagList,
    pairs: Iterable[tuple[str, str]],
    ground: str = TagTarget.Ground.DRAWN,
    user: Any = None,
) -> FileTargets:
    """Take over (path, "job:42") from a file or from Accelo; of two for one path the last holds.

    A pair that is decided already changes nothing, so that an export comes back without changes. An id that the
    portal does not know is taken at its word only where no list of its kind was ever read. A fixed number of
    statements for 2,000 pairs.
    """
    told = FileTargets()
    connection = accelo_connection(tag_list)
    kinds = set(
        Reference.objects.filter(connection=connection, kind__in=KINDS).values_list("kind", flat=True).distinct()
    )
    rows = iter(pairs)
    while batch := dict(islice(rows, BATCH)):
        hits = _hits(connection, {path: _parts(target) for path, target in batch.items()}, kinds)
        told.refuse([(path, target) for path, target in batch.items() if path not in hits])
        told.changed += _take_over(tag_list, hits, str(ground), user)
    return told


def _hits(connection: Connection | None, wanted: dict[str, tuple[str, str]], kinds: set[str]) -> dict[str, Hit]:
    """By path; those are left out that are not among the known ones of their kind, where `kinds` are known at all."""
    ids = {id for _, id in wanted.values()}
    rows = Reference.objects.filter(connection=connection, kind__in=KINDS, external_id__in=ids)
    known = {(kind, id): label for kind, id, label in rows.values_list("kind", "external_id", "label")}
    return {
        path: Hit(*pair, known.get(pair, "")) for path, pair in wanted.items() if pair in known or pair[0] not in kinds
    }


def _take_over(tag_list: TagList, hits: dict[str, Hit], ground: str, user: Any) -> int:
    """How many decisions are new. One that says what was only found so far is: what is found may change."""
    present = TagTarget.objects.filter(tag_list=tag_list, path__in=list(hits)).exclude(ground__in=AUTOMATIC)
    standing = {path: (kind, id) for path, kind, id in present.values_list("path", "kind", "external_id")}
    changed = {path: hit for path, hit in hits.items() if standing.get(path) != (hit.kind, hit.external_id)}
    if changed:
        _store(tag_list, [_decision(tag_list, path, hit, ground) for path, hit in changed.items()], user)
    return len(changed)


# --- in a picker --------------------------------------------------------------------------------------------------


def suggestions(tag_list: TagList, path: str, query: str = "", limit: int = 20) -> list[Candidate]:
    """What a person may choose for the tag: label or code contain `query`. Those whose code or title equals the query,
    the tag's GL code or its name come first. Only active ones of the list's own Accelo account."""
    rows = Reference.objects.filter(connection=accelo_connection(tag_list), kind__in=KINDS, active=True)
    text = mapping_key(query)
    found = {row.pk: row for row in _equal(rows, [text] if text else _own_words(tag_list, path), limit)}
    if len(found) < limit:
        more = rows.filter(Q(label_key__contains=text) | Q(code_key__contains=text)) if text else rows
        found |= {row.pk: row for row in more.order_by("label_key", "pk")[:limit] if row.pk not in found}
    return [candidate_of(row) for row in list(found.values())[:limit]]


def _equal(rows: QuerySet[Reference], words: list[str], limit: int) -> Iterator[Reference]:
    if words:
        yield from rows.filter(code_key__in=words).order_by("label_key", "pk")[:limit]
        yield from rows.filter(label_key__in=words).order_by("label_key", "pk")[:limit]


def _own_words(tag_list: TagList, path: str) -> list[str]:
    tag: Tag | None = standing_tags(tag_list).filter(path=path).first()
    words = (tag.gl_code, tag.name) if tag else (split_path(path)[-1],)
    return [key for key in map(mapping_key, words) if key]
