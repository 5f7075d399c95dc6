"""A PostgreSQL cluster of the tests' own, as an operator brings one: external to the hub."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

SUPERUSER = "postgres"


def programs():
    """The folder with initdb and pg_ctl: the newest that is installed."""
    found = sorted(
        pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if found:
        return found[-1]
    return pathlib.Path(shutil.which("initdb")).resolve().parent


class Cluster:
    """On a Unix socket only. Root hands over to the user `postgres`, as PostgreSQL demands."""

    def __init__(self, folder=None):
        self.folder = folder or pathlib.Path(tempfile.mkdtemp(prefix="tl-serve-", dir="/tmp"))
        self.owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.owner:
            shutil.chown(self.folder, "postgres")
        self.data = self.folder / "data"
        self.count = 0
        self._run(
            "initdb", "-D", self.data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
            "--locale=C", "-N",
        )  # fmt: skip
        self.start()

    def _run(self, program, *arguments):
        subprocess.run(
            [*self.owner, programs() / program, *arguments],
            cwd="/",
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )

    def start(self):
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"
        self._run(
            "pg_ctl", "-D", self.data, "-w", "-s", "-l", self.folder / "log", "-o", options, "start"
        )

    def stop(self, mode="fast"):
        self._run("pg_ctl", "-D", self.data, "-w", "-s", "-m", mode, "stop")

    def answers(self):
        ready = subprocess.run(
            [programs() / "pg_isready", "-q", "-h", self.folder], timeout=30, cwd="/"
        )
        return ready.returncode == 0

    def remove(self):
        self.stop("immediate")  # Else it writes everything to disk before that is deleted.
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def asking_for_passwords(self, database, user):
        """Has a login of a database prove itself by its password for a while."""
        rules = self.data / "pg_hba.conf"
        trusting = rules.read_text()
        rules.write_text(f"local {database} {user} scram-sha-256\n{trusting}")
        self.psql("postgres", "select pg_reload_conf()")
        try:
            yield
        finally:
            rules.write_text(trusting)
            self.psql("postgres", "select pg_reload_conf()")

    def connection(self, database, user=SUPERUSER):
        return f"host={self.folder} dbname={database} user={user}"

    def psql(self, database, sql):
        subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.connection(database)]
            + ["-c", sql],
            check=True,
            capture_output=True,
            timeout=60,
        )

    def make_database(self):
        """An empty one."""
        self.count += 1
        name = f"hub{self.count}"
        self.psql("postgres", f"create database {name}")
        return name
