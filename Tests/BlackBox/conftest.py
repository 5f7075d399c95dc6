"""A hub shared by the tests that leave it as they find it, and hubs of their own for the rest."""

import contextlib

import pytest

import tokens
from audited import AuditedRecord
from browser import Browser
from cable import Cable
from club_site import QUICK, ClubSite
from cluster import Cluster
from hub import Hub
from service import Service


@contextlib.contextmanager
def running(home):
    """A hub that is stopped at the end, however the test ends."""
    hub = Hub(home)
    try:
        yield hub.start()
    finally:
        if hub.process and hub.process.poll() is None:
            hub.stop()


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    with running(tmp_path_factory.mktemp("shared")) as hub:
        yield hub
        assert hub.stop() == 0, hub.log()[-2000:]
        assert "Fatal error" not in hub.log()


@pytest.fixture
def own_hub(tmp_path):
    """A hub of the test's own, which it may stop, kill and start."""
    with running(tmp_path) as hub:
        yield hub


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL for hubs in service."""
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def audited(tmp_path_factory, cluster):
    """A record that tests take copies of, to tamper with them."""
    return AuditedRecord(tmp_path_factory.mktemp("audited"), cluster)


@pytest.fixture
def service(tmp_path, cluster):
    """A hub that is configured and not started yet."""
    service = Service(tmp_path, cluster)
    yield service
    if service.process and service.process.poll() is None:
        assert service.stop() == 0, service.log()[-2000:]
        assert "Fatal error" not in service.log()


@pytest.fixture
def serving(service):
    service.migrate()
    return service.start()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture
def site():
    site = ClubSite()
    yield site
    site.shutdown()
    site.server_close()


@pytest.fixture
def tab(browser, site):
    """A page of the site, with what tests of the reference client call."""
    with browser.open(f"{site.origin}/client.html") as tab:
        assert tab.until("window.member")
        yield tab


@pytest.fixture
def page_member(tab, site):
    """Opens `me` in the tab: a member, connected and in the hub's channel."""

    def open(hub, url=None, role="coach", mint=None, **options):
        site.mint = mint or (lambda role: tokens.mint(hub, role))
        return tab.run(
            """window.me = member(url, role, options);
            await me.hub.connect();
            return await me.hub.join(channel);""",
            url=url or hub.url, role=role, channel=hub.channel, options=QUICK | options,
        )  # fmt: skip

    return open


@pytest.fixture
def cable(hub):
    """A network to the shared hub."""
    cable = Cable(hub)
    yield cable
    cable.close()


@pytest.fixture
def own_cable(own_hub):
    cable = Cable(own_hub)
    yield cable
    cable.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows the end of the hub's log with a failure."""
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        for name in ("hub", "own_hub", "service"):
            used = getattr(item, "funcargs", {}).get(name)
            if isinstance(used, Hub) and used.log_path.exists():
                report.sections.append((f"log of {name}", used.log()[-4000:]))
