"""`/metrics`: what docs/metrics.md says it serves, read by Prometheus's own parser, and moved by what
happens; the alerts of docs/operations.md name nothing else."""

import re
import shutil
import time

import yaml
from prometheus_client.parser import text_string_to_metric_families

from faults import compiled
from hub import ROOT, eventually
from member import Member
from operators import Operators
from service import shake
from test_faults import Fault
from test_pages import blocks

# What Prometheus itself adds to a target.
PROMETHEUS_OWN = {"up"}


class Metrics:
    """One answer of `/metrics`."""

    def __init__(self, hub):
        status, headers, body = hub.console("/metrics")
        assert status == 200
        assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        self.text = body.decode()
        self.families = list(text_string_to_metric_families(self.text))
        self.samples = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in self.families
            for sample in family.samples
        }

    def __getitem__(self, name):
        return self.value(name)

    def value(self, name, **labels):
        return self.samples[(name, *sorted(labels.items()))]

    def beyond(self, name, seconds):
        """How many times of a histogram were longer than so many seconds; a bound lies there."""
        within = max(
            value for key, value in self.samples.items()
            if key[0] == f"{name}_bucket" and float(key[1][1]) <= seconds
        )  # fmt: skip
        return self[f"{name}_count"] - within


def after(hub, condition, seconds=20):
    """The first answer of which a condition holds."""
    found = eventually(lambda: (now := Metrics(hub)) and condition(now) and now, seconds, 0.2)
    assert found, Metrics(hub).text
    return found


def documented():
    """Name and type of each row of the page's table."""
    page = (ROOT / "docs/metrics.md").read_text()
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    return {row[0].strip("| `"): row[1] for row in rows}


def served(metrics):
    """Name and type of each metric, as the text itself has them."""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", metrics.text, re.MULTILINE))


def test_the_page_has_what_is_served_and_nothing_else(hub):
    metrics = after(hub, lambda now: now["touchline_checkpoint_age_seconds"] >= 0)
    assert documented() == served(metrics)
    assert len(documented()) == len(re.findall(r"^\| `", (ROOT / "docs/metrics.md").read_text(), re.M))


def test_the_text_is_well_formed(hub):
    metrics = Metrics(hub)
    assert metrics.text.endswith("\n") and "\n\n" not in metrics.text
    count = sum(not line.startswith("#") for line in metrics.text.splitlines())
    assert count == len(metrics.samples), "each sample once"
    assert count < 500
    for family in metrics.families:
        assert family.documentation and family.type != "unknown", family
        assert family.samples, family.name
        for sample in family.samples:
            assert sample.value >= 0 or family.name.endswith("ahead_seconds"), sample
        if family.type == "histogram":
            buckets = [one for one in family.samples if one.name.endswith("_bucket")]
            counts = [one.value for one in buckets]
            bounds = [float(one.labels["le"]) for one in buckets]
            assert counts == sorted(counts) and bounds == sorted(bounds)
            assert bounds[-1] == float("inf")
            assert counts[-1] == metrics[f"{family.name}_count"]


def test_labels_have_the_words_of_the_tables(hub):
    metrics = Metrics(hub)
    labels = {}
    for name, *pairs in metrics.samples:
        for label, value in pairs:
            labels.setdefault((name, label), set()).add(value)
    kinds = set(hub.record.psql("select name from audit.kind where family = 'kind'").split())
    assert labels.pop(("touchline_events_total", "kind")) == kinds
    known = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/protocol.md").read_text(), re.MULTILINE))
    for name, label in [
        ("touchline_refused_total", "code"), ("touchline_disconnects_total", "code"),
        ("touchline_handshakes_total", "outcome"),
    ]:  # fmt: skip
        found = labels.pop((name, label)) - {"opened"}
        assert found and found <= known, found - known
    words = "allow redact bounce hold block".split()
    assert labels.pop(("touchline_dispositions_total", "disposition")) == set(words)
    assert {label for _, label in labels} == {"le", "version"}


def test_alerts_name_only_what_is_served(hub):
    (text,) = blocks("operations.md", "yaml")
    metrics = Metrics(hub)
    names = {name for name, *_ in metrics.samples}
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    assert len(rules) > 10
    functions = {"increase", "rate", "sum", "by", "abs", "or", "histogram_quantile", "instance", "le"}
    for rule in rules:
        assert set(rule) <= {"alert", "expr", "for", "annotations"} and rule["annotations"]["summary"]
        bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", " ", rule["expr"])
        used = set(re.findall(r"[a-z_]{2,}", bare)) - functions
        assert used and used <= names | PROMETHEUS_OWN, (rule["alert"], used - names)
        for name, selector in re.findall(r"(\w+)\{([^}]*)\}", rule["expr"]):
            for label, value in re.findall(r'(\w+)!?="(\w+)"', selector):
                key = (name, (label, value))
                assert key in metrics.samples or name in PROMETHEUS_OWN, key


def test_traffic_moves_the_counters_by_what_happened(own_hub):
    hub = own_hub
    before = Metrics(hub)
    with Member(hub, "coach", join=hub.channel) as coach:
        with Member(hub, "player", join=hub.channel) as player:
            for number in range(5):
                assert coach.say(f"training {number}")["type"] == "ack"
            assert player.say("Add me on Snapchat")["code"] == "blocked"
            assert coach.raw("{")["code"] == "bad_json"
            assert coach.say("x", channel="club:nowhere")["code"] == "not_joined"
            now = after(hub, lambda now: now["touchline_sessions"] == 2)
        assert hub.http("/chat")[0] == 426
    # Both sessions have ended, and so they are recorded.
    now = after(hub, lambda now: now.value("touchline_disconnects_total", code="normal") == 2)

    def rise(name, **labels):
        return now.value(name, **labels) - before.value(name, **labels)

    assert rise("touchline_handshakes_total", outcome="opened") == 2
    assert rise("touchline_handshakes_total", outcome="upgrade_required") == 1
    assert rise("touchline_refused_total", code="bad_json") == 1
    assert rise("touchline_refused_total", code="blocked") == 1
    assert rise("touchline_dispositions_total", disposition="allow") == 5
    assert rise("touchline_dispositions_total", disposition="block") == 2
    assert rise("touchline_deliveries_total") == 10
    assert rise("touchline_delivery_seconds_count") == 10
    assert rise("touchline_delivery_seconds_sum") > rise("touchline_verdict_seconds_sum") > 0
    assert rise("touchline_messages_total") == 2 + 5 + 3
    # Two who connected, two joins, six messages that rules were asked about.
    assert rise("touchline_verdict_seconds_count") == 10
    for kind, count in [("connect", 3), ("join", 2), ("message", 7), ("frame", 1)]:
        assert rise("touchline_events_total", kind=kind) == count, kind
    assert now.value("touchline_events_total", kind="policy_activated") == 1
    assert rise("touchline_journal_bytes_total") > 5 * 300
    assert rise("touchline_journal_sync_seconds_count") > 0
    assert now["touchline_roster_members"] >= 2
    shipped = after(
        hub, lambda later: later["touchline_ship_lag_seconds_count"] == later["touchline_last_seq"]
    )
    assert shipped["touchline_ship_lag_seconds_sum"] > 0
    assert shipped["touchline_ship_waiting_events"] == 0
    assert shipped["touchline_ship_waiting_seconds"] == 0
    assert shipped["touchline_database_connected"] == shipped["touchline_ready"] == 1
    total = sum(value for key, value in shipped.samples.items() if key[0] == "touchline_events_total")
    assert total == shipped["touchline_last_seq"], "in the log's first run"


def test_a_sanction_and_what_it_refuses_are_counted(own_hub):
    hub = own_hub
    officer = Operators(hub, hub.token("operator"))
    before = Metrics(hub)
    assert before.value("touchline_events_total", kind="mute") == 0
    with Member(hub, "player", join=hub.channel) as player:
        subject = player.welcome["subject"]
        officer.post("sanctions", sanction="mute", subject=subject, reason="Tried")
        assert player.say("hello")["code"] == "muted"
        after(hub, lambda now: now.value("touchline_refused_total", code="muted") == 1)
    assert Metrics(hub).value("touchline_events_total", kind="mute") == 1


def test_the_process_is_what_the_system_says(hub):
    metrics = Metrics(hub)
    with open(f"/proc/{hub.process.pid}/status") as status:
        resident = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS"))
    assert abs(metrics["process_resident_memory_bytes"] - resident) < 32 << 20
    assert abs(metrics["process_start_time_seconds"] - time.time()) < 3600
    assert 0 < metrics["process_cpu_seconds_total"] < time.process_time() + 3600
    assert 10 < metrics["process_open_fds"] < metrics["process_max_fds"]


def test_a_disk_that_hangs_shows_at_once_and_in_the_histograms_afterwards(
    service, tmp_path_factory
):
    fault = Fault(service, compiled("disk", tmp_path_factory.mktemp("disk")))
    service.migrate()
    service.start(**fault.environment)
    bound = 2**30 / 1e9
    with Member(service, "coach", join=service.channel) as coach:
        assert coach.say("quick")["type"] == "ack"
        before = after(service, lambda now: now["touchline_deliveries_total"] == 1)
        fault.set("stall")
        coach.send(type="message", id="s", channel=service.channel, body={"text": "slow"})
        after(service, lambda now: now["touchline_journal_sync_waiting_seconds"] > bound)
        fault.clear()
        assert coach.reply("s")["status"] == "delivered"
        now = after(service, lambda now: now["touchline_deliveries_total"] == 2)
    assert now["touchline_journal_sync_waiting_seconds"] < bound
    for name in ("touchline_journal_sync_seconds", "touchline_delivery_seconds"):
        assert now.beyond(name, bound) == before.beyond(name, bound) + 1, name
    assert now["touchline_verdict_seconds_sum"] < bound, "judging doesn't wait for the disk"


def test_a_database_that_is_away_shows_in_the_lag(serving):
    hub = serving
    bound = 2**31 / 1e9
    with Member(hub, "coach", join=hub.channel) as coach:
        assert coach.say("before")["type"] == "ack"
        caught_up = lambda now: now["touchline_ship_waiting_events"] == 0  # noqa: E731
        before = after(hub, caught_up)
        hub.cluster.stop()
        try:
            for number in range(3):
                assert coach.say(f"away {number}")["type"] == "ack"
            away = after(
                hub,
                lambda now: now["touchline_database_connected"] == 0
                and now["touchline_ship_waiting_events"] >= 3
                and now["touchline_ship_waiting_seconds"] > bound,
            )
            assert (away["touchline_ready"], away["touchline_degraded"]) == (1, 1)
            assert away["touchline_journal_held_bytes"] > before["touchline_journal_held_bytes"]
        finally:
            hub.cluster.start()
        back = after(
            hub, lambda now: now["touchline_database_connected"] == 1 and caught_up(now), 60
        )
    lag = "touchline_ship_lag_seconds"
    assert back.beyond(lag, bound) >= before.beyond(lag, bound) + 3
    assert back["touchline_ship_waiting_seconds"] == 0


def test_refused_handshakes_and_policies_that_are_broken_show(service):
    service.edit(("  folder: Policies\n", "  folder: Policies\n  watch: true\n"))
    service.migrate()
    service.start()
    assert Metrics(service)["touchline_policies_broken"] == 0
    for _ in range(3):
        assert shake(service, Authorization="Bearer nonsense")[0] == 401
    after(
        service,
        lambda now: now.value("touchline_handshakes_total", outcome="token_malformed") == 3,
    )
    (service.policies / "rules" / "99-broken.yaml").write_text("rules: [")
    broken = after(service, lambda now: now["touchline_policies_broken"] == 1)
    assert broken["touchline_degraded"] == 1


def test_checkpoints_that_do_not_leave_show(service):
    away = service.home / "away"
    away.mkdir()
    service.config.write_text(service.config.read_text() + f"checkpoints:\n  folder: {away}\n")
    service.migrate()
    service.start()
    settled = after(service, lambda now: now["touchline_checkpoint_age_seconds"] >= 0)
    assert settled["touchline_checkpoint_waiting_seconds"] < 2
    shutil.rmtree(away)
    with Member(service, "coach", join=service.channel) as coach:
        assert coach.say("signed, and not taken away")["type"] == "ack"
        after(service, lambda now: now["touchline_checkpoint_waiting_seconds"] > 2)
        away.mkdir()
        after(service, lambda now: now["touchline_checkpoint_waiting_seconds"] == 0, 90)
