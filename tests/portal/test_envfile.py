from __future__ import annotations

import stat
from pathlib import Path

from portal import envfile
from portal.environment import check_credential_key, check_secret_key


def test_the_file_holds_good_keys_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert envfile.write(path)
    values = dict(line.split("=", 1) for line in path.read_text().splitlines() if not line.startswith("#"))
    check_secret_key(values["SECRET_KEY"])
    check_credential_key(values["CREDENTIAL_KEYS"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("mine")
    assert not envfile.write(path)
    assert path.read_text() == "mine"


def test_keys_are_new_each_time() -> None:
    assert envfile.new_secret_key() != envfile.new_secret_key()
    assert envfile.new_credential_key() != envfile.new_credential_key()
