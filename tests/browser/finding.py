"""Which browser the tests use: the system's, else Playwright's own, else the one that comes in an npm package."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--font-render-hinting=none",
    "--autoplay-policy=user-gesture-required",
)
"""No graphics card, no calls home, the same pictures everywhere; sound only after a touch, as on a phone."""


@dataclass(frozen=True)
class Found:
    """A Chromium: the program, and what its environment needs beside ours."""

    path: str
    environment: dict[str, str] = field(default_factory=dict)


def find(playwrights_own: str) -> Found:
    """Return a Chromium that runs here.

    Args:
        playwrights_own: where Playwright would have put one.
    """
    for name in SYSTEM:
        if path := shutil.which(name):
            return Found(path)
    if Path(playwrights_own).is_file():
        return Found(playwrights_own)
    return packaged()


def packaged() -> Found:
    """Return the Chromium of the npm package; it brings fonts, and the libraries that a bare machine lacks."""
    done = subprocess.run(
        [sys.executable, ROOT / "web" / "build.py", "browser"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"web/build.py browser failed:\n{done.stdout}{done.stderr}"
    path = Path(done.stdout.splitlines()[-1])
    environment = {"FONTCONFIG_FILE": str(path.parent / "fonts.conf")}
    if _misses_libraries(path):
        known = os.environ.get("LD_LIBRARY_PATH", "")
        ours = str(path.parent / "al2023" / "lib")
        environment["LD_LIBRARY_PATH"] = f"{ours}:{known}" if known else ours
    return Found(str(path), environment)


def _misses_libraries(path: Path) -> bool:
    done = subprocess.run(["ldd", path], capture_output=True, text=True, check=False)
    return "not found" in done.stdout
