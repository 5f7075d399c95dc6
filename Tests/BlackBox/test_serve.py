"""`touchline serve`: what an operator configures, checks, changes while it runs, and is told."""

import datetime
import json
import signal
import ssl
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

import words
from cluster import Cluster
from hub import eventually
from member import Member
from record import BLOCK, KIND
from service import Service, run_check, shake

BROKEN_RULE = """\
rules:
  - id: broken
    on: message
    then: {dispositon: block}
"""


def hang_up(service):
    service.process.send_signal(signal.SIGHUP)


def shown_certificate(service):
    """The PEM that a new connection is shown, whatever it is."""
    return ssl.get_server_certificate(("127.0.0.1", service.port))


# Start.


@pytest.mark.parametrize("key", ["jwks", "pem", "secret", "text"])
def test_members_connect_and_chat_with_tokens_of_each_kind_of_key(serving, key):
    with Member(serving, token=serving.token(key=key), join=serving.channel) as member:
        assert member.say("hello")["status"] == "delivered"
        refused = member.say(words.BLOCKED)
    assert refused["code"] == "blocked"
    assert serving.record.event(refused["decision"])["disposition"] == BLOCK


def test_a_hub_needs_no_more_than_the_role_of_a_server_and_a_migrated_database(service):
    empty = service.serve()
    assert empty.returncode == 1
    assert "the database lacks 0001-audit.sql, " in empty.stderr
    assert "touchline migrate" in empty.stderr
    assert service.command(
        "migrate", "--check", "--database", service.cluster.connection(service.database)
    ).returncode == 1  # fmt: skip
    applied = service.migrate().stdout
    assert "Applied sql/0001-audit.sql." in applied
    again = service.command("migrate", "--database", service.cluster.connection(service.database))
    assert again.stdout == "The database had all that this version needs.\n"
    service.cluster.psql(
        service.database,
        f"create role upgrader_{service.database} login in role touchline_migrate",
    )
    upgrader = service.cluster.connection(service.database, f"upgrader_{service.database}")
    assert service.command("migrate", "--database", upgrader).returncode == 0
    service.start()
    owner = service.record.value("select tableowner from pg_tables where tablename = 'event'")
    assert owner == "touchline_owner"
    with Member(service, join=service.channel) as member:
        assert member.say("hello")["status"] == "delivered"


def test_a_database_that_cannot_be_reached_is_told_at_the_start(service):
    nowhere = service.serve(TOUCHLINE_DATABASE_CONNECTION="host=/nowhere password=pst")
    assert nowhere.returncode == 1
    assert nowhere.stderr.startswith("Error: The database cannot be reached: ")
    assert "pst" not in nowhere.stderr


def test_a_second_start_goes_on_where_the_first_ended(serving):
    with Member(serving, join=serving.channel) as member:
        first = member.say("one")["decision"]
    assert serving.stop() == 0, serving.log()
    serving.start()
    with Member(serving, join=serving.channel) as member:
        second = member.say("two")["decision"]
    assert int(second.split("-")[1]) > int(first.split("-")[1])
    serving.record.event(second)
    gaps = serving.record.value(
        "select count(*), max(seq), min(seq) from audit.event where log = 1"
    )
    count, newest, oldest = map(int, gaps.split("|"))
    assert (count, oldest) == (newest, 1)


# The check.


def test_a_good_configuration_is_told_with_what_comes_next(service):
    code, out, err = run_check(service)
    assert (code, err) == (0, "")
    assert out.startswith("touchline.yaml is good:\n")
    for word in ("wss://127.0.0.1:0/chat", "https://id.club.example, 4 keys", "good until 20",
                 "rules in force", "touchline migrate", "serve --config touchline.yaml"):  # fmt: skip
        assert word in out
    assert service.cluster.connection(service.database, service.user) not in out
    assert not (service.home / "journal").exists(), "a check makes nothing"


@pytest.mark.parametrize(
    "old, new, place, message, marked",
    [
        ("  port: 0\n  tls", "  prot: 0\n  tls", "3:3", "(did you mean 'port'?)", "prot"),
        ("port: 0\n  tls", "port: 70000\n  tls", "3:9", "0 to 65535", "70000"),
        ("tls/cert.pem", "tls/none.pem", "5:18", "there is no file", "tls/none.pem"),
        ("alg: ES256", "alg: ES255", "14:47", "(did you mean 'ES256'?)", "ES255"),
        ("keys/issuer.jwks", "touchline.yaml #", "13:15", "no strict JSON", "touchline.yaml"),
        ("  folder: Policies", "  folder: [Policies", "23:5", "not YAML", ":"),
    ],
)
def test_a_fault_is_told_with_line_and_caret(service, old, new, place, message, marked):
    service.edit((old, new))
    code, out, err = run_check(service)
    assert (code, out) == (78, "")
    told = err.splitlines()
    assert told[0].startswith(f"touchline.yaml:{place}: "), err
    assert message in told[0]
    assert told[1][told[2].index("^"):].startswith(marked), err
    assert service.serve().returncode == 78, "nor does it start"


def test_an_expired_certificate_is_a_warning(service):
    then = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    key = service.keys["pem"]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(then)
        .not_valid_after(then + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (service.home / "tls/cert.pem").write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
    )
    (service.home / "tls/key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    code, _, err = run_check(service)
    assert code == 0
    assert err.startswith("warning: ")
    assert err.endswith("tls/cert.pem expired 2020-01-02T00:00:00Z\n")


def test_policies_are_checked_with_it(service):
    (service.policies / "rules/99-broken.yaml").write_text(BROKEN_RULE)
    code, _, err = run_check(service)
    assert code == 78
    assert "99-broken.yaml:4:12: " in err
    assert "^" in err


def test_plain_is_refused_but_on_loopback_or_behind_proxies(service):
    tls = "  tls:\n    certificate: tls/cert.pem\n    key: tls/key.pem\n"
    service.edit((tls, "  plain: true\n"))
    assert run_check(service)[0] == 0
    service.edit(("host: 127.0.0.1", "host: 0.0.0.0"))
    code, _, err = run_check(service)
    assert code == 78
    assert "touchline.yaml:4:10: plain ws:// is for loopback or behind proxies" in err
    service.edit(("  plain: true\n", "  plain: true\n  proxies: [10.0.0.0/8]\n"))
    code, out, _ = run_check(service)
    assert code == 0
    assert "ws://0.0.0.0" in out and "10.0.0.0/8" in out


def test_the_environment_wins_and_its_faults_name_the_variable(service):
    code, out, _ = run_check(service, TOUCHLINE_HUB_PORT="4443", TOUCHLINE_HUB_PATH="/talk")
    assert code == 0
    assert "wss://127.0.0.1:4443/talk" in out
    code, _, err = run_check(service, TOUCHLINE_HUB_PROT="4443")
    assert code == 78
    assert err.startswith("TOUCHLINE_HUB_PROT: no setting has this variable")
    code, _, err = run_check(service, TOUCHLINE_HUB_PORT="many")
    assert code == 78
    assert err.startswith("TOUCHLINE_HUB_PORT: port is a whole number")


# What changes while it runs.


@pytest.mark.parametrize("how", ["signal", "files"])
def test_a_new_certificate_is_shown_to_new_connections_and_old_ones_live_on(serving, how):
    with Member(serving, join=serving.channel) as member:
        old = shown_certificate(serving)
        new = serving.write_certificate()
        if how == "signal":
            hang_up(serving)
        assert eventually(lambda: shown_certificate(serving) == new)
        assert old != new
        assert member.say("still here")["status"] == "delivered"
        with Member(serving, join=serving.channel) as other:
            assert other.say("hello")["status"] == "delivered"
    assert "The certificate was read again; it is good until 20" in serving.log()


def test_a_broken_certificate_leaves_the_old_one_in_use(serving):
    old = shown_certificate(serving)
    good = (serving.home / "tls/key.pem").read_text()
    (serving.home / "tls/key.pem").write_text("-----BEGIN NOTHING-----\n")
    hang_up(serving)
    assert eventually(lambda: "The certificate as it was stays in use: " in serving.log())
    assert "tls/key.pem holds no private key" in serving.log()
    assert shown_certificate(serving) == old
    foreign = serving.home / "foreign"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-out", foreign],
        check=True,
        capture_output=True,
    )
    (serving.home / "tls/key.pem").write_text(foreign.read_text())
    hang_up(serving)
    assert eventually(lambda: "the key does not belong to the certificate" in serving.log())
    assert shown_certificate(serving) == old
    (serving.home / "tls/key.pem").write_text(good)


def test_policies_are_read_again_at_the_signal_and_a_broken_edit_changes_nothing(serving):
    rule = serving.policies / "rules/90-zebra.yaml"
    activations = f"select count(*) from audit.event where kind = {KIND['policy']}"
    with Member(serving, join=serving.channel) as member:
        rule.write_text(
            "rules:\n  - id: no-zebras\n    on: message\n    match:\n      text: [/body/text]\n"
            "      any:\n        - pattern: 'zebra'\n    then: {disposition: block}\n"
        )
        assert member.say("a zebra")["status"] == "delivered", "nothing is watched unless asked"
        hang_up(serving)
        assert eventually(lambda: member.say("a zebra")["type"] == "refused", 5, 0.2)
        rule.write_text(BROKEN_RULE)
        hang_up(serving)
        assert eventually(lambda: "90-zebra.yaml:4:12: " in serving.log(), 5)
        told = serving.log().splitlines()
        place = next(i for i, line in enumerate(told) if "90-zebra.yaml:4:12: " in line)
        assert told[place + 1][told[place + 2].index("^"):].startswith("dispositon")
        assert member.say("a zebra")["code"] == "blocked", "the old bundle stays"
        hang_up(serving)
        assert member.say("a horse")["status"] == "delivered"
    assert serving.record.until(activations, "2") == "2"


def test_a_rotated_key_of_an_issuer_counts_for_new_handshakes(serving):
    with Member(serving, token=serving.token(key="pem"), join=serving.channel) as member:
        before = serving.token()
        serving.rotate()
        after = serving.token()
        hang_up(serving)
        assert eventually(lambda: shake(serving, Authorization=f"Bearer {after}")[0] == 101)
        status, refusal = shake(serving, Authorization=f"Bearer {before}")
        assert (status, refusal["code"]) == (401, "token_invalid")
        assert member.say("my session lives on")["status"] == "delivered"
        (serving.home / "keys/issuer.jwks.json").write_text("{")
        hang_up(serving)
        assert eventually(lambda: "The issuers' keys as they were stay in use: " in serving.log())
        assert shake(serving)[0] == 101


# Probes.


def test_a_hub_without_its_database_is_ready_and_says_what_waits(tmp_path):
    cluster = Cluster()
    service = Service(tmp_path, cluster)
    try:
        service.migrate()
        service.start()

        def readiness():
            status, _, body = service.console("/readyz")
            return status, json.loads(body)

        assert readiness() == (200, {"ready": True, "reasons": [], "degraded": []})
        with Member(service, join=service.channel) as member:
            cluster.stop()
            assert member.say("the journal carries on")["status"] == "delivered"
            status, said = eventually(lambda: (r := readiness())[1]["degraded"] and r, 15)
            assert (status, said["ready"], said["reasons"]) == (200, True, [])
            assert said["degraded"][0].startswith("PostgreSQL is away, ")
            cluster.start()
            assert eventually(lambda: readiness()[1]["degraded"] == [], 20)
            decision = member.say("and is shipped")["decision"]
        assert service.record.event(decision)["disposition"] == 0
        assert service.stop() == 0
    finally:
        if service.process and service.process.poll() is None:
            service.kill()
        cluster.remove()
