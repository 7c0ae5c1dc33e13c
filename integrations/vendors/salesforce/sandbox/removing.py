"""Deletes, undeletes, purges and merges rows. Source: object reference (cascadeDelete, restrictedDelete), merge()."""

from __future__ import annotations

from integrations.vendors.salesforce.sandbox.answers import Refused
from integrations.vendors.salesforce.sandbox.saving import Actor, Saver, Write, find_row
from integrations.vendors.salesforce.sandbox.soql_names import object_of
from integrations.vendors.salesforce.sandbox.store import LOOKUPS, Row, Store

CASCADE = {"Account": ("Contact", "Opportunity")}
RESTRICTED = {"Account": (("Case", "AccountId"),), "Contact": (("Case", "ContactId"),)}
"""What refuses the deletion of a row while it points to it: object and field."""


def delete_by_api(saver: Saver, object: str, id: str, actor: Actor) -> None:
    """Raises Refused: ENTITY_IS_DELETED, NOT_FOUND, DELETE_FAILED, UNABLE_TO_LOCK_ROW."""
    if not saver.store.schema.may(object, "deletable"):
        raise Refused("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", ())
    find_row(saver.store.tables[object], id)
    saver.rules.check_lock([id])
    delete_row(saver.store, id, actor.user_id)
    saver.writes.append(Write(id, object, "delete", (), saver.store.now()))


def delete_row(store: Store, id: str, user_id: str) -> None:
    """Soft, with what hangs on it; refused while an account or a contact has cases."""
    object = object_of(id)
    row = find_row(store.tables[object], id)
    for other, field in RESTRICTED.get(object, ()):
        held = [one for one in store.tables[other].related(field, id) if not one["IsDeleted"]]
        if held:
            numbers = ", ".join(str(one.get("CaseNumber", one["Id"])) for one in held[:5])
            words = (
                f"Your attempt to delete {row.get('Name')} could not be completed because it is associated with the "
                f"following cases.: {numbers}\n"
            )
            raise Refused("DELETE_FAILED", words, ())
    for other in CASCADE.get(object, ()):
        for child in store.tables[other].related("AccountId", id):
            if not child["IsDeleted"]:
                _mark(store, child, True, user_id, with_=id)
    _mark(store, row, True, user_id, with_="")


def undelete_row(store: Store, id: str, user_id: str) -> None:
    """The same id comes back, with what was deleted along with it."""
    row = store.tables[object_of(id)].rows[id]
    if not row["IsDeleted"] or row.get("MasterRecordId"):
        raise ValueError(f"{id} is not in the recycle bin.")
    together = [child for child, root in store.deleted_with.items() if root == id]
    for one in [id, *together]:
        if one in store.tables[object_of(one)].rows:
            _mark(store, store.tables[object_of(one)].rows[one], False, user_id, with_="")
        store.deleted_with.pop(one, None)


def purge_row(store: Store, id: str) -> None:
    """Out of the recycle bin for good; the delete log keeps the id."""
    table = store.tables[object_of(id)]
    row = table.rows[id]
    if not row["IsDeleted"]:
        store.deletions[table.name].append((store.now(), id))
    table.hide(id, False)
    table.drop(id)


def merge_rows(store: Store, winner_id: str, loser_ids: list[str], user_id: str) -> None:
    """Up to two losers are deleted with MasterRecordId = winner, which is updated; their children move to it."""
    object = object_of(winner_id)
    winner = find_row(store.tables[object], winner_id)
    if not 1 <= len(loser_ids) <= 2:
        raise ValueError("A merge takes one or two losers.")
    for id in loser_ids:
        loser = find_row(store.tables[object], id)
        _reparent(store, object, id, winner_id, user_id)
        _mark(store, {**loser, "MasterRecordId": winner_id}, True, user_id, with_="")
    store.tables[object].put(_stamped(store, winner, user_id))


def _reparent(store: Store, object: str, old: str, new: str, user_id: str) -> None:
    for name, fields in LOOKUPS.items():
        field = f"{object}Id"
        if field not in fields:
            continue
        for child in store.tables[name].related(field, old):
            moved = {**child, field: new}
            moves_stamps = store.settings["merge_moves_child_stamps"]
            store.tables[name].put(_stamped(store, moved, user_id) if moves_stamps else moved)


def _mark(store: Store, row: Row, deleted: bool, user_id: str, *, with_: str) -> None:
    """Sets or clears IsDeleted, and keeps the delete log. `with_`: the id whose deletion took this one along."""
    object, id = object_of(row["Id"]), row["Id"]
    store.tables[object].put({**_stamped(store, row, user_id), "IsDeleted": deleted})
    if deleted:
        store.deletions[object].append((store.now(), id))
    else:
        store.deletions[object] = [one for one in store.deletions[object] if one[1] != id]
    if with_:
        store.deleted_with[id] = with_


def _stamped(store: Store, row: Row, user_id: str) -> Row:
    now = store.now()
    return {**row, "LastModifiedDate": now, "LastModifiedById": user_id, "SystemModstamp": now}
