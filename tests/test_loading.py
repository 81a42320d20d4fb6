"""Loading: signs of life keep the kernel of a page that loads, but not for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from twin.apps import loading

START, PATIENCE = datetime(2026, 1, 5, tzinfo=UTC), timedelta(seconds=20)


@pytest.fixture
def at(monkeypatch):
    """Return a function that sets the clock to a number of seconds after the start."""
    now = [START]
    monkeypatch.setattr(loading, "datetime", type("Clock", (), {"now": staticmethod(lambda zone: now[0])}))

    def turn(seconds):
        now[0] = START + timedelta(seconds=seconds)

    return turn


def test_a_page_without_a_sign_is_abandoned_after_the_silence_of_its_kernel(at):
    pages = loading.Loading()
    pages.add("k")
    at(19)
    assert not pages.is_abandoned("k", START, PATIENCE)
    at(21)
    assert pages.is_abandoned("k", START, PATIENCE)
    assert not pages.is_abandoned("k", START + PATIENCE, PATIENCE)


def test_a_page_that_gives_signs_is_not_abandoned_until_they_stop(at):
    pages = loading.Loading()
    pages.add("k")
    for seconds in range(5, 300, 5):
        at(seconds)
        pages.sign("k")
        assert not pages.is_abandoned("k", START, PATIENCE)
    at(295 + 21)
    assert pages.is_abandoned("k", START, PATIENCE)


def test_signs_keep_a_kernel_for_a_limited_time(at):
    pages, limit = loading.Loading(), loading.LONGEST_LOADING.total_seconds()
    pages.add("k")
    at(5000)  # the kernel may have waited for its visitor
    pages.sign("k")
    at(5000 + limit - 1)
    pages.sign("k")
    assert not pages.is_abandoned("k", START, PATIENCE)
    at(5000 + limit + 1)
    pages.sign("k")
    assert pages.is_abandoned("k", START, PATIENCE)


def test_a_kernel_whose_page_has_connected_is_never_abandoned_and_signs_do_not_bring_it_back(at):
    pages = loading.Loading()
    pages.add("k")
    pages.discard("k")
    pages.sign("k")
    at(5000)
    assert "k" not in pages and not pages.is_abandoned("k", START, PATIENCE)
