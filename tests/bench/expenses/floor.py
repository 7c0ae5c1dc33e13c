"""The bare script that a run is held against: `python -m tests.bench.expenses.floor FORMS` gets the file and parses it.

Plain requests and the standard library's json, written as one would by hand for speed: one session, the body streamed
to a temporary file, one line at a time, nothing kept. `FORMS`: the JSON that tests.bench.expenses.prepare prints.
"""

from __future__ import annotations

import json
import sys
import tempfile
from typing import Any

import requests


def main(forms: dict[str, Any]) -> int:
    """How many expenses the file holds."""
    url, count = forms["url"], 0
    with requests.Session() as session, tempfile.TemporaryFile() as file:
        session.trust_env = False
        name = session.post(url, data=forms["order"], timeout=600).text
        job = {**forms["download"], "fileName": name}
        with session.post(url, data={"requestJobDescription": json.dumps(job)}, stream=True, timeout=600) as answer:
            for piece in answer.iter_content(65_536):
                file.write(piece)
        file.seek(0)
        for line in file:
            count += json.loads(line)["t"] == "e"
    return count


if __name__ == "__main__":
    print(json.dumps({"expenses": main(json.loads(sys.argv[1]))}))
