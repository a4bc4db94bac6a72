"""The fetching of Debian packages: broken files, moved versions, forged content."""

import hashlib
from pathlib import Path

import pytest
from bellwether.launch.errors import LaunchError
from bellwether.launch.install import apt, debian_packages, find_postgres
from bellwether.launch.install.debian_packages import Pin
from bellwether.launch.machine.account import Account

WHOLE = {"alpha": b"alpha whole", "beta": b"beta whole"}
PINS = [Pin(name, "1:2.0-1", hashlib.sha256(content).hexdigest()) for name, content in WHOLE.items()]


class Mirror:
    """A Debian mirror of two packages."""

    def __init__(self) -> None:
        self.offers = {"alpha": ["1:2.0-1"], "beta": ["1:2.0-1"]}
        self.content = dict(WHOLE)
        self.fetched: list[str] = []
        self.updates = 0

    def versions(self, cache: Path, names: list[str]) -> dict[str, list[str]]:
        return {"postgresql-15-postgis-3": ["3"], **self.offers}

    def update(self, cache: Path) -> None:
        self.updates += 1

    def uris(self, cache: Path, empty: Path, wanted: list[str]) -> list[str]:
        assert not list(empty.iterdir())
        return [self.uri(*each.split("=")) for each in wanted]

    def uri(self, name: str, version: str) -> str:
        content = self.content[name]
        file = debian_packages.file_name(name, version)
        return f"'http://mirror/{file}' {file} {len(content)} SHA256:{hashlib.sha256(content).hexdigest()}"

    def download(self, cache: Path, folder: Path, wanted: list[str], progress: object) -> None:
        for each in wanted:
            name, version = each.split("=")
            self.fetched.append(each)
            (folder / debian_packages.file_name(name, version)).write_bytes(self.content[name])


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Mirror:
    found = Mirror()
    monkeypatch.setattr(debian_packages, "pins", lambda: PINS)
    for name in ("versions", "update", "uris", "download"):
        monkeypatch.setattr(apt, name, getattr(found, name))
    monkeypatch.setattr(apt, "architecture", lambda: "amd64")
    return found


def fetch(cache: Path) -> tuple[list[bytes], str]:
    said: list[str] = []
    files = debian_packages._fetch(cache, said.append)
    return [file.read_bytes() for file in files], "\n".join(said)


def test_a_broken_half_download_is_fetched_again_and_the_rest_is_kept(mirror: Mirror, tmp_path: Path) -> None:
    fetch(tmp_path)
    (tmp_path / "packages" / debian_packages.file_name("beta", "1:2.0-1")).write_bytes(b"beta wh")
    mirror.fetched.clear()
    assert fetch(tmp_path)[0] == list(WHOLE.values())
    assert mirror.fetched == ["beta=1:2.0-1"]


def test_whole_files_need_no_mirror(mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(tmp_path)
    monkeypatch.setattr(apt, "versions", None)
    assert fetch(tmp_path)[0] == list(WHOLE.values())


def test_a_version_that_is_gone_is_replaced_and_told(mirror: Mirror, tmp_path: Path) -> None:
    mirror.offers["beta"] = ["1:2.0-9"]
    mirror.content["beta"] = b"beta mended"
    content, said = fetch(tmp_path)
    assert content == [b"alpha whole", b"beta mended"]
    assert "beta 1:2.0-1 is gone from the mirror, taking 1:2.0-9" in said


def test_the_pinned_version_with_other_content_is_refused(mirror: Mirror, tmp_path: Path) -> None:
    mirror.content["beta"] = b"beta forged"
    with pytest.raises(LaunchError, match=r"beta 1:2\.0-1 is not the file"):
        fetch(tmp_path)
    assert mirror.fetched == []


def test_a_system_without_the_packages_is_told_what_to_do(mirror: Mirror, tmp_path: Path) -> None:
    mirror.offers["alpha"] = []
    with pytest.raises(LaunchError, match=r"apt does not offer alpha.*Set DATABASE_URL"):
        fetch(tmp_path)


def test_a_half_unpacked_folder_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    (tmp_path / f".postgresql-15-{debian_packages.digest()}.half").mkdir()
    assert not (tmp_path / f"postgresql-15-{debian_packages.digest()}").exists()


def test_the_pins_are_complete() -> None:
    found = debian_packages.pins()
    assert len(found) == 56
    assert {"postgresql-15", "postgresql-15-postgis-3"} < {pin.name for pin in found}
    assert {len(pin.sha256) for pin in found} == {64}


def test_a_system_server_without_postgis_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin/postgres"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 16.4'\n")
    program.chmod(0o755)
    monkeypatch.setattr(find_postgres, "SYSTEM_PROGRAMS", (str(program),))
    assert find_postgres.system_server()[1].endswith("version 16.4 without postgis, pg_trgm, btree_gist")
    extensions = tmp_path / "share/extension"
    extensions.mkdir(parents=True)
    for name in ("postgis", "pg_trgm", "btree_gist"):
        (extensions / f"{name}.control").touch()
    server, _ = find_postgres.system_server()
    assert (server.route, server.version) == ("system", "16.4")


def test_a_database_url_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@127.0.0.1:9/x")
    with pytest.raises(LaunchError, match=r"DATABASE_URL: no connection to 127\.0\.0\.1") as refused:
        find_postgres.find(Account(), print)
    assert "secret" not in str(refused.value)
