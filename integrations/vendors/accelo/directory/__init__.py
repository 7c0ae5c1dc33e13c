"""Companies, contacts, their affiliations and addresses, custom fields and webhook subscriptions.

kinds.py    the four lists           walks.py     pages that lose nothing
reading.py  changes, by id, look-ups  writing.py   creates, updates, status moves
profiles.py custom fields            subscriptions.py   webhooks
searching.py   what could be a given one   objects.py   one kind: by id, made, changed
picking.py   what a person picks from
"""

from __future__ import annotations

from integrations.vendors.accelo.directory.profiles import Profiles
from integrations.vendors.accelo.directory.searching import Searching
from integrations.vendors.accelo.directory.subscriptions import Subscriptions
from integrations.vendors.accelo.directory.writing import Writing


class Directory(Writing, Searching, Profiles, Subscriptions):
    """Raises what the client raises everywhere (see `AcceloClient`); a refused write raises RejectedError."""


__all__ = ["Directory"]
