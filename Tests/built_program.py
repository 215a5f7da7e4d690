"""The program under test, wherever it was built."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def binary() -> Path:
    """The program under test: what ORDERFLOW names, else the release build, else the debug build."""
    builds = [REPOSITORY / ".build" / kind / "orderflow" for kind in ("release", "debug")]
    named = os.environ.get("ORDERFLOW")
    candidates = [REPOSITORY / named] if named else builds
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"There is no orderflow at {' or '.join(map(str, candidates))}. Build it first.")
