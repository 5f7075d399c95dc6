"""Members who send as fast as they can while nothing can be recorded or shipped: memory has a bound."""

import contextlib
import shutil

import pytest

from faults import compiled
from faults.flood import flooded
from hub import eventually
from member import Member
from test_crashes import assert_numbers_have_no_gap
from test_faults import Fault
from test_keeping import shipping_held

SECONDS = [5, pytest.param(30, marks=pytest.mark.faults)]


@pytest.fixture
def report(request, record_property):
    """Prints a figure for docs/reliability.md."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def show(line):
        record_property("memory", line)
        with capture.global_and_fixture_disabled():
            print(f"\n  {line}")

    return show


@pytest.fixture
def service(service):
    """Without rules, rates and TLS: a flood is to wait for the record, not for the judge."""
    shutil.rmtree(service.policies / "rules")
    bundle = service.policies / "bundle.yaml"
    text = bundle.read_text()
    for old, new in [("messages_per_second: 10", "messages_per_second: 100000"),
                     ("burst: 20", "burst: 100000")]:
        assert old in text
        text = text.replace(old, new)
    bundle.write_text(text)
    tls = "  tls:\n    certificate: tls/cert.pem\n    key: tls/key.pem\n"
    service.edit((tls, "  plain: true\n"))
    service.migrate()
    return service


def goes_on(hub):
    """The hub takes a message again, and its record has no gap."""
    assert eventually(lambda: hub.console("/readyz")[0] == 200, 60), hub.log()[-2000:]
    with Member(hub, join=hub.channel) as member:
        assert eventually(lambda: member.say("still here")["type"] == "ack", 60, 0.5)
    assert hub.stop() == 0
    assert_numbers_have_no_gap(hub)


@pytest.mark.parametrize("seconds", SECONDS)
def test_memory_is_bounded_while_a_sync_stalls(service, tmp_path_factory, report, seconds):
    fault = Fault(service, compiled("disk", tmp_path_factory.mktemp("disk")))
    service.start(**fault.environment)
    flooded(service, seconds, report, lambda: fault.set("stall"), fault.clear)
    goes_on(service)


@pytest.mark.faults
def test_memory_is_bounded_while_the_journal_is_full(service, report):
    service.edit(("  folder: journal\n", "  folder: journal\n  size_limit: 64MiB\n"))
    service.start()
    with contextlib.ExitStack() as held:
        flooded(
            service, 30, report, lambda: held.enter_context(shipping_held(service)), held.close
        )
    assert "New work is refused" in service.log()
    goes_on(service)


@pytest.mark.faults
def test_memory_is_bounded_while_postgresql_is_away(service, report):
    service.edit(("  folder: journal\n", "  folder: journal\n  size_limit: 1GiB\n"))
    service.start()
    flooded(service, 30, report, service.cluster.stop, service.cluster.start)
    goes_on(service)
