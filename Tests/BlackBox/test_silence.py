"""Connections on which nothing is said: either end knows that the other is there, or gone."""

import json
import time

import pytest

from cable import Cable
from club_site import say
from member import Member
from record import KIND
from service import run_check
from wire import PING, PONG, TEXT, Wire, frame

SECONDS = 1
HEARTBEAT = (TEXT, b'{"type":"heartbeat"}')


def listening(service, origin="https://club.example"):
    """A hub that soon pings who is silent."""
    service.migrate()
    settings = f'ping_interval: {SECONDS}s\n  origins: ["{origin}"]'
    service.edit(("  port: 0\n  tls:", f"  port: 0\n  {settings}\n  tls:"))
    return service.start()


def test_a_silent_client_is_pinged_and_hears_that_the_hub_lives(service):
    hub = listening(service)
    with Wire(hub) as wire:
        assert wire.open(hub)["ping_interval_ms"] == 1000 * SECONDS
        began, heard, pinged = time.monotonic(), [], 0
        while len(heard) < 4:
            got = wire.read()
            if got == HEARTBEAT:
                heard.append(time.monotonic())
            else:
                assert got == (PING, b"")
                pinged += 1
                wire.send(frame(PONG))
        gaps = [after - before for before, after in zip([began, *heard], heard)]
        assert max(gaps) < 2 * SECONDS, "that long is silence to a client"
        assert pinged >= 2


def test_a_client_that_pings_hears_that_the_hub_lives_too(service):
    hub = listening(service)
    with Wire(hub) as wire:
        wire.open(hub)
        heard = []
        while len(heard) < 3:
            wire.send(frame(PING, b"there?"))
            got = wire.read()
            if got == HEARTBEAT:
                heard.append(time.monotonic())
            else:
                assert got == (PONG, b"there?"), "who is heard is not pinged"
                time.sleep(0.1)  # Its own pace.
        assert heard[2] - heard[0] < 4 * SECONDS


def test_who_answers_no_ping_is_closed_and_that_is_recorded(service):
    hub = listening(service)
    with Member(hub, join=hub.channel) as there, Wire(hub) as wire:
        session = wire.open(hub)["session"]
        told = {wire.read(), wire.read()}
        assert told == {(PING, b""), HEARTBEAT}
        began = time.monotonic()
        got = wire.read()
        goodbye = json.loads((wire.read() if got == HEARTBEAT else got)[1])
        assert (goodbye["code"], goodbye["reason"]) == (4408, "no_pong")
        assert goodbye["reconnect_after_ms"] > 0
        assert wire.close_code() == 4408
        assert SECONDS / 2 < time.monotonic() - began < 3 * SECONDS
        assert there.say("still here")["status"] == "delivered", "its library answers pings"
    code = f"""select detail->>'code' from audit.event where kind = {KIND["disconnect"]}
        and session = '{session}'"""
    assert hub.record.until(code, "no_pong") == "no_pong"


def test_a_page_that_only_listens_misses_a_hub_that_fell_silent(service, site, tab, page_member):
    hub = listening(service, site.origin)
    cable = Cable(hub)
    try:
        page_member(hub, cable.url, mint=hub.token, sleepMs=60_000)
        time.sleep(3 * SECONDS)  # This is the listening itself: nothing comes but heartbeats.
        assert tab.run("return me.of('status').length;") == 2
        cable.silence()
        assert tab.until("me.of('status').length == 5")
        statuses = tab.run("return me.of('status').map(({status}) => status);")
        assert statuses == ["connecting", "open", "waiting", "connecting", "open"]
        assert say(tab, hub, "back again")["ok"]["status"] == "delivered"
    finally:
        cable.close()


@pytest.mark.parametrize("interval", ["0s", "61m", "often"])
def test_an_interval_out_of_bounds_is_told_with_its_line(service, interval):
    service.edit(("  port: 0\n  tls:", f"  port: 0\n  ping_interval: {interval}\n  tls:"))
    code, _, err = run_check(service)
    assert code == 78
    assert err.startswith("touchline.yaml:4:18: ") and "ping_interval is a time" in err
