"""`touchline serve` as an operator runs it: configuration, certificates, issuer, database."""

import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

import tokens
from hub import BINARY, START_SECONDS_MAX, Hub, eventually
from record import Record
from wire import Wire, head

ISSUER = "https://id.club.example"
AUDIENCE = "touchline"
CHANNEL = "club:demo:u14"
CONFIGURATION = """\
hub:
  host: 127.0.0.1
  port: 0
  tls:
    certificate: tls/cert.pem
    key: tls/key.pem
console:
  port: 0
issuers:
  - issuer: https://id.club.example
    audience: touchline
    keys:
      - jwks: keys/issuer.jwks.json
      - {pem: keys/issuer.pem, kid: pem, alg: ES256}
      - {secret_file: keys/issuer.secret, kid: secret, alg: HS256}
      - {secret_file: keys/issuer.text, kid: text, alg: HS256}
journal:
  folder: journal
database:
  connection: CONNECTION
policies:
  folder: Policies
keys:
  pseudonym: keys/pseudonym.key
  checkpoint: keys/checkpoint.pem
"""


class Service(Hub):
    """A hub in service, in a folder of its own; the database is another's."""

    # How far the clocks of the hub and of who signs its tokens are ahead.
    seconds_ahead = 0

    def __init__(self, home: pathlib.Path, cluster):
        super().__init__(home)
        self.cluster = cluster
        self.database = cluster.make_database()
        self.user = f"login_{self.database}"
        cluster.psql(self.database, f"create role {self.user} login")
        self.config = home / "touchline.yaml"
        self.config.write_text(
            CONFIGURATION.replace("CONNECTION", cluster.connection(self.database, self.user))
        )
        self.keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("jwks", "pem")}
        (home / "keys").mkdir()
        (home / "keys/pseudonym.key").write_bytes(os.urandom(32))
        (home / "keys/checkpoint.pem").write_bytes(
            ed25519.Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        # White space at the end is a part of bytes, and no part of a line of text.
        self.secrets = {"secret": bytes(range(200, 247)) + b"\n", "text": b"secret words " * 3 + b"!"}
        (home / "keys/issuer.secret").write_bytes(self.secrets["secret"])
        (home / "keys/issuer.text").write_bytes(self.secrets["text"] + b"\n")
        self.write_keys()
        self.write_certificate()

    def write_keys(self):
        """The issuer's public keys: one in a JWKS, one in PEM."""
        key = tokens.jwk(self.keys["jwks"], "jwks")
        (self.home / "keys/issuer.jwks.json").write_text(json.dumps({"keys": [key]}))
        (self.home / "keys/issuer.pem").write_bytes(
            self.keys["pem"].public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    def rotate(self):
        """A new key in the issuer's JWKS instead of the old one."""
        self.keys["jwks"] = ec.generate_private_key(ec.SECP256R1())
        self.write_keys()

    def write_certificate(self):
        """A new self-signed certificate with its key, put in place at once; its PEM."""
        folder, fresh = self.home / "tls", self.home / "tls.new"
        fresh.mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
            + ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=localhost"]
            + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
            + ["-keyout", fresh / "key.pem", "-out", fresh / "cert.pem"],
            check=True,
            capture_output=True,
        )
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
        return (folder / "cert.pem").read_text()

    def edit(self, *changes):
        """Replaces texts of the configuration."""
        text = self.config.read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        self.config.write_text(text)

    def lift_rates(self):
        """Lets members send as fast as tests do."""
        bundle = self.policies / "bundle.yaml"
        text = bundle.read_text()
        for limit in ("messages_per_second: 10\n", "burst: 20\n"):
            assert limit in text, limit
            text = text.replace(limit, limit.split()[0] + " 100000\n")
        bundle.write_text(text)

    def migrate(self):
        """What an operator does once: schema and roles, then the rights of the hub's login."""
        done = self.command("migrate", "--database", self.cluster.connection(self.database))
        assert done.returncode == 0, done.stderr
        self.cluster.psql(self.database, f"grant touchline_server to {self.user}")
        return done

    def serve(self, *arguments, **environment):
        """Runs `serve` to its end."""
        return subprocess.run(
            [BINARY, "serve", "--config", "touchline.yaml", *arguments],
            cwd=self.home,
            env=surroundings() | environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self, **environment):
        already = len(self.log()) if self.log_path.exists() else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--config", "touchline.yaml"],
                cwd=self.home,
                env=surroundings() | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        ports = eventually(lambda: self._ports(already), START_SECONDS_MAX)
        assert ports, self.log()[already:]
        scheme = "ws" if "plain: true" in self.config.read_text() else "wss"
        self.info = {
            "hub": f"{scheme}://localhost:{ports['hub']}/chat",
            "console": f"http://127.0.0.1:{ports['console']}",
            "ca": str(self.home / "tls/cert.pem"),
            "channel": CHANNEL,
        }
        self.record = Record(self.cluster.connection(self.database))
        return self

    def _ports(self, start):
        if self.process.poll() is not None:
            raise AssertionError(f"the hub ended:\n{self.log()[start:]}")
        lines = [line for line in self.log()[start:].splitlines() if "The hub is ready" in line]
        return dict(re.findall(r"(hub|console)_port=(\d+)", lines[0])) if lines else None

    def tls(self):
        if self.url.startswith("ws:"):
            return None
        return ssl.create_default_context(cafile=self.info["ca"])

    def token(self, role="coach", key="jwks", **changes):
        """A token of the operator's issuer, signed with one of its keys; a claim of None is left out."""
        now = int(time.time()) + self.seconds_ahead
        claims = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": f"member-{role}", "name": role.title(),
            "iat": now, "exp": now + 600, "role": role,
        } | changes  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if key in self.secrets:
            return tokens.sign_hs256(claims, key, self.secrets[key])
        return tokens.sign_es256(claims, key, self.keys[key])


def run_check(service, *arguments, **environment):
    """Code and both outputs of `serve --check`."""
    result = service.serve("--check", *arguments, **environment)
    return result.returncode, result.stdout, result.stderr


def shake(service, **headers):
    """Status and JSON of a handshake's answer; the connection is closed."""
    with Wire(service) as wire:
        wire.send(head(service, **headers))
        status, _, body = wire.answer()
        return status, json.loads(body) if status != 101 else None


def surroundings():
    """The environment without variables that a hub would take for settings."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")
    }
