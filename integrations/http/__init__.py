"""The one door to the network: time-outs, retries, pacing, size limits, address guard, redaction.

A client takes an `Http`; nothing else opens a connection to a vendor.

 door.py       Http: attempts, pacing, redirects, the vendor's table, the log
 transport.py  one request out, one answer in
 wire.py       guarded connections with one deadline
 outgoing.py incoming.py   encoding a request, taking in an answer
 judging.py    what a complete answer means
 failures.py   what a failed attempt means     guard.py  which addresses may be called
 masking.py    secrets out of texts            shapes.py Limits, Verdict, Reply, Pacer, Call
 pauses.py     waiting for the budget and between attempts
"""

from integrations.http.door import Http
from integrations.http.guard import Guard
from integrations.http.masking import Masker
from integrations.http.shapes import Call, Limits, NoPacer, Pacer, Reply, Verdict

__all__ = [
    "Call",
    "Guard",
    "Http",
    "Limits",
    "Masker",
    "NoPacer",
    "Pacer",
    "Reply",
    "Verdict",
]
