"""The end of a hub: members are told when to come back, not all at once, and all is recorded."""

import contextlib
import signal

from member import Member
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
