"""A hub whose clock is wrong says so, and its record stays in order."""

import pytest

from faults import compiled
from hub import eventually
from member import Member
from test_crashes import assert_numbers_have_no_gap

DAY = 86400


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    return compiled("clock", tmp_path_factory.mktemp("clock"))


def run(service, clock, days_ahead, words):
    """A hub with such a clock takes a message and says what is wrong; the message's event."""
    service.seconds_ahead = days_ahead * DAY
    before = len(service.log()) if service.log_path.exists() else 0
    service.start(LD_PRELOAD=str(clock), CLOCK_AHEAD=str(service.seconds_ahead))
    with Member(service, join=service.channel) as member:
        said = member.say("what time is it?")
        assert said["type"] == "ack", said
        event = service.record.event(said["decision"])
    status, _, body = service.console("/readyz")
    assert status == 200
    if words:
        assert words.encode() in body
        assert eventually(lambda: words in service.log()[before:]), service.log()
    else:
        assert b"clock" not in body and "clock" not in service.log()[before:]
    assert service.stop() == 0
    return event


def test_a_clock_that_is_years_ahead_is_told_and_the_record_stays_in_order(service, clock):
    service.migrate()
    wrong = run(service, clock, 3650, "clock is 3650 days ahead of PostgreSQL's")
    # What was recorded stays as it is when the clock is set right.
    right = run(service, clock, 0, "3650 days ahead of this machine's clock")
    assert right["at"] >= wrong["at"]
    assert_numbers_have_no_gap(service)


def test_a_clock_that_is_behind_is_told_and_makes_no_old_events(service, clock):
    service.migrate()
    first = run(service, clock, -30, "clock is 30 days behind PostgreSQL's")
    right = run(service, clock, 0, "")
    wrong = run(service, clock, -7300, "7300 days ahead of this machine's clock")
    assert first["at"] < right["at"] <= wrong["at"]
    again = run(service, clock, 0, "")
    assert wrong["at"] < again["at"]
    assert_numbers_have_no_gap(service)
