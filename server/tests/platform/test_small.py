"""Small parts of the platform by themselves."""

from uuid import UUID

import pytest
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import context_sql
from bellwether.platform.http.pagination import BadCursor, Cursor, next_cursor
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


@given(st.lists(st.one_of(st.text(), st.integers(-(2**53), 2**53), st.none()), min_size=1, max_size=4))
def test_a_cursor_comes_back_as_it_went(keys: list[object]) -> None:
    assert Cursor.decode(Cursor(tuple(keys)).encode(), len(keys)) == Cursor(tuple(keys))


@given(st.text(max_size=40))
def test_rubbish_is_no_cursor(rubbish: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(rubbish + "!", 2)


def test_the_last_page_has_no_next() -> None:
    rows = [{"id": n} for n in range(3)]
    assert next_cursor(rows, 3, ["id"]) is None
    assert Cursor.decode(next_cursor(rows, 2, ["id"])) == Cursor((1,))


@given(st.text(max_size=200))
def test_a_request_id_cannot_leave_its_literal(request_id: str) -> None:
    sql = context_sql(Context(user_id=new_id(), request_id=request_id))
    assert sql.count("'") == 12


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
