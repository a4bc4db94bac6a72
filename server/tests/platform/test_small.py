"""Small parts of the platform by themselves."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import context_sql
from bellwether.platform.http.pagination import BadCursor, ByEnd, ById
from bellwether.platform.http.rate_limits import Buckets
from bellwether.platform.ids import new_id
from bellwether.platform.problems import TooManyRequests
from bellwether.platform.telemetry import hide_secrets
from hypothesis import given
from hypothesis import strategies as st


def test_ids_are_version_7_and_ordered() -> None:
    ids = [new_id() for _ in range(100)]
    assert all(isinstance(one, UUID) and one.version == 7 for one in ids)
    assert ids == sorted(ids)


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_comes_back_as_it_went(at: datetime, key: UUID) -> None:
    last = ByEnd(finished_at=at, id=key)
    assert ByEnd.read(last.text) == last


@given(st.text(max_size=40))
def test_rubbish_is_no_cursor(rubbish: str) -> None:
    with pytest.raises(BadCursor):
        ById.read(rubbish + "!")


def test_a_cursor_of_another_list_is_none() -> None:
    with pytest.raises(BadCursor):
        ById.read(ByEnd(finished_at=datetime(2026, 1, 1, tzinfo=UTC), id=new_id()).text)


def test_the_last_page_has_no_next() -> None:
    rows = [{"id": new_id(), "name": "of no concern"} for _ in range(3)]
    assert ById.after(rows, 3) is None
    assert ById.read(ById.after(rows, 2)) == ById(id=rows[1]["id"])


@given(st.text(max_size=200))
def test_a_request_id_cannot_leave_its_literal(request_id: str) -> None:
    sql = context_sql(Context(user_id=new_id(), request_id=request_id))
    assert sql.count("'") == 16


@given(st.integers(1, 50), st.integers(1, 200))
def test_a_bucket_never_gives_more_than_burst_plus_refill(rate: int, tries: int) -> None:
    now = [0.0]
    buckets = Buckets(rate, 10, clock=lambda: now[0])
    taken = 0
    for _ in range(tries):
        now[0] += 0.01
        try:
            buckets.take("k")
            taken += 1
        except TooManyRequests:
            pass
    assert taken <= 10 + rate * now[0] + 1


def test_secrets_stay_out_of_logs() -> None:
    entry = {"event": "x", "password": "p", "access_token": "t", "Authorization": "a", "set-cookie": "c", "path": "/x"}
    assert hide_secrets(None, "info", entry) == {
        "event": "x",
        "password": "***",
        "access_token": "***",
        "Authorization": "***",
        "set-cookie": "***",
        "path": "/x",
    }
