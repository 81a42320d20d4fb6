"""A private PostgreSQL server for tests and benchmarks: unprivileged, on a free port, and deleted at the end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql

OWNERS = "not-a-secret"  # password of the server's owner
EMPTY = (  # statements that end all other connections to a database and empty it
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "DROP SCHEMA public CASCADE",
    "CREATE SCHEMA public AUTHORIZATION pg_database_owner",
    "GRANT USAGE ON SCHEMA public TO PUBLIC",
)
TRIES = 200  # most attempts to connect to a starting server, a tenth of a second each


def programs():
    """Return the folder of PostgreSQL's programs, or None if it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)


class Server:
    """A PostgreSQL server; `start` and `stop` may be called repeatedly."""

    def __init__(self):
        self.bin = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="twin-postgresql-"))
        self.user = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            import pwd

            names = {entry.pw_name for entry in pwd.getpwall()}
            entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        password = self.folder / "password"
        password.write_text(OWNERS)
        password.chmod(0o644)
        options = ["--auth=scram-sha-256", "--username=owner", f"--pwfile={password}", "--encoding=UTF8", "--locale=C"]
        self.run("initdb", "--no-sync", "--pgdata", self.folder / "data", *options)
        password.unlink()
        self.process, self.made, self.empty = None, 0, []
        self.start()

    def run(self, program, *arguments):
        """Run one of the server's programs to its end."""
        command = [self.bin / program, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.user)

    def start(self):
        """Start the server and wait until it answers."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",  # its data need not survive a crash of the machine
            "max_connections": 50,
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [self.bin / "postgres", "-D", self.folder / "data", *flags]
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self.user)
        for _ in range(TRIES):
            with suppress(psycopg.OperationalError):
                return self.execute("SELECT 1")
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def stop(self, how=signal.SIGINT):
        """Stop the server: SIGINT ends its connections and closes its files, SIGQUIT simulates a crash."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)

    def remove(self):
        """Stop the server, and delete all its files."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database="postgres", user="owner", password=OWNERS):
        """Return the address of a database in the form that hosting services use."""
        return f"postgres://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements, database="postgres"):
        """Run statements as the owner, each in its own transaction, and return the rows of the last one."""
        with psycopg.connect(self.url(database).replace("postgres:", "postgresql:", 1), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def new_database(self):
        """Create an empty database and return its name."""
        self.made += 1
        name = f"flows_{self.made}"
        self.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return name

    @contextmanager
    def lent_database(self):
        """Yield an empty database, and empty it afterwards, which is ten times as fast as creating a new one."""
        name = self.empty.pop() if self.empty else self.new_database()
        yield name
        self.execute(*EMPTY, database=name)
        self.empty.append(name)
