"""Which shape the resulting list has, and what does not fit together. Pure but for the models it reads."""

from __future__ import annotations

from dataclasses import replace

from integrations.core.errors import RejectedError
from integrations.core.tags import MOST_AT_VENDOR, Difference, FoundTags, Shape
from integrations.models import TagList, TagUpload
from integrations.services.tag_lists import append_only, shape_of, shape_words

PARENTS_UNKNOWN = (
    "Ieatta's list is not the portal's any more, and it does not tell which tag belongs to which parent. Nothing can "
    "be appended: replace the list, or put Ieatta's list right first."
)


UNSENT = (
    "The portal's list was never sent to Ieatta, so what is appended there would leave it out. Send it first, or keep "
    "this upload in the portal only too."
)


def parents_unknown(tag_list: TagList, found: FoundTags, differences: list[Difference]) -> bool:
    """Ieatta's list is another than the portal's, and what it tells does not make a tree."""
    return bool(differences and tag_list.dependent and tag_list.version and len(found.levels) > 1)


def found_shape(tag_list: TagList, found: FoundTags) -> Shape:
    """Of Ieatta's list. It does not tell whether its levels depend on one another: then what the portal knows."""
    known = shape_of(tag_list)
    if len(found.levels) == 1:
        one = replace(known if known.single else Shape(), gl_codes=True, dependent=False)
        return replace(one, levels=found.levels) if found.wrapped else one
    same = len(found.levels) == len(known.levels)
    required = known.required if same else (False,) * len(found.levels)
    return Shape(found.levels, same and known.dependent, any(row.gl_code for row in found.rows), required)


def result_shape(upload: TagUpload, file: Shape, base: Shape, base_empty: bool) -> Shape:
    """Of the list that results. Raises RejectedError, in words, when the file cannot be appended to the base."""
    if upload.mode == TagUpload.Mode.APPEND and not base_empty:
        refuse_shape(upload, file, base)
        required = required_of(upload.tag_list, len(base.levels))
        return replace(base, gl_codes=base.gl_codes or file.gl_codes, required=required)
    same = len(file.levels) == len(base.levels)
    if file.single:
        file = replace(file, levels=base.levels if same else ("Tag",), gl_codes=True)
    required = required_of(upload.tag_list, len(file.levels))
    return replace(file, gl_codes=file.gl_codes or (same and base.gl_codes), required=required)


def required_of(tag_list: TagList, levels: int) -> tuple[bool, ...]:
    """Ieatta takes it with each list and does not tell it: what the connection's setting says, for every level."""
    return (tag_list.connection.settings.get("tags_required") == "yes",) * levels


def refuse_shape(upload: TagUpload, file: Shape, base: Shape) -> None:
    named = upload.layout.get("header") and not base.single
    names = [[name.strip().casefold() for name in shape.levels] for shape in (file, base)]
    other = len(file.levels) != len(base.levels) or file.dependent != base.dependent
    if other or (named and names[0] != names[1]):
        raise RejectedError(
            f"The list has {shape_words(base)}, the file {shape_words(file)}: they cannot be put together. Say how the "
            "file is read, or replace the list."
        )


def refuse_dependent(tag_list: TagList, file: Shape) -> None:
    """Where tags can only be appended, dependent ones cannot be (Expensify help, "Append a custom tag list")."""
    reason = append_only(tag_list)
    if reason and file.dependent:
        raise RejectedError(f"{reason} And of several levels only independent ones can be.")


def refuse_size(tags: int, allow_empty: bool, push: bool) -> None:
    if push and tags > MOST_AT_VENDOR:
        raise RejectedError(
            f"The list would have {tags:,} tags; Ieatta takes {MOST_AT_VENDOR:,}. Shorten it, or keep it in the portal "
            "only."
        )
    if not tags and not allow_empty:
        raise RejectedError(
            "No tag would be left: the file holds none that can be taken. Check how it is read; nothing was changed."
        )
