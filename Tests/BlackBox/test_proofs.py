"""The record commits to itself: checkpoints over a Merkle tree, recomputed by psql."""

import time

from hub import eventually
from member import Member

ROOT_OF_EVENTS = (
    "select encode(audit.root(array_agg(audit.leaf(e) order by e.seq)), 'hex')"
    " from audit.event e where e.seq <= {size}"
)
NEWEST = "select size, encode(root, 'hex') as root, note from audit.checkpoint order by size desc limit 1"


def newest_checkpoint_holds(hub):
    newest = hub.record.rows(NEWEST)[0]
    assert hub.record.value(ROOT_OF_EVENTS.format(size=newest["size"])) == newest["root"]
    return newest


def test_a_checkpoint_follows_within_seconds_and_its_root_is_that_of_the_rows(own_hub):
    hub = own_hub
    with Member(hub, join=hub.channel) as member:
        decision = member.say("hello")["decision"]
        seq = int(decision.split("-")[1])
        covered = f"select coalesce(max(size), 0) >= {seq} from audit.checkpoint"
        asked = time.monotonic()
        assert eventually(lambda: hub.record.value(covered) == "t", 10)
        assert time.monotonic() - asked < 5
        first = newest_checkpoint_holds(hub)
        assert first["note"].split("\n")[1:2] == [str(first["size"])]

    # The tree goes on where it stood, after an orderly stop and after a crash.
    assert hub.stop() == 0
    hub.start()
    hub.kill()
    hub.start()
    with Member(hub, join=hub.channel) as member:
        decision = member.say("still here")["decision"]
        covered = f"select max(size) >= {decision.split('-')[1]} from audit.checkpoint"
        assert eventually(lambda: hub.record.value(covered) == "t", 10)
    last = newest_checkpoint_holds(hub)
    assert last["size"] > first["size"]
    assert hub.record.value(ROOT_OF_EVENTS.format(size=first["size"])) == first["root"]
