"""The end of a hub: members are told when to come back, not all at once, and all is recorded."""

import contextlib
import signal

from hub import eventually
from member import Member
from operators import Operators
from record import KIND


def test_members_are_told_to_come_back_over_a_while(serving):
    with contextlib.ExitStack() as stack:
        members = [
            stack.enter_context(Member(serving, role=f"m{number}", join=serving.channel))
            for number in range(24)
        ]
        decision = members[0].say("the last words")["decision"]
        serving.process.send_signal(signal.SIGTERM)
        assert {member.close_code() for member in members} == {1012}
        goodbyes = [member.next("goodbye", timeout=0) for member in members]
    assert serving.process.wait(30) == 0, serving.log()
    waits = [goodbye["reconnect_after_ms"] for goodbye in goodbyes]
    assert all(500 <= wait <= 2000 for wait in waits), waits
    assert len(set(waits)) > 12, waits
    serving.record.event(decision)
    ends = f"""select count(*) from audit.event where kind = {KIND["disconnect"]}
        and detail->>'code' = 'restarting'"""
    assert serving.record.value(ends) == "24"


def test_who_asks_while_the_rest_is_shipped_is_answered_and_the_hub_ends(serving, cluster):
    console = Operators(serving, serving.token("operator"))
    with Member(serving, join=serving.channel) as member:
        cluster.stop()
        try:
            decision = member.say("waits in the journal")["decision"]
            serving.process.send_signal(signal.SIGTERM)
            status, answer = eventually(lambda: unrecorded(console), 15)
            assert (status, answer["code"]) == (503, "record_unavailable")
            assert console.raw("GET", "sessions")[0] == 503
            assert serving.process.wait(60) == 0, serving.log()
        finally:
            cluster.start()
    serving.start()
    serving.record.event(decision)


def unrecorded(console):
    answer = console.raw("GET", "sessions")
    return answer[0] != 200 and answer
