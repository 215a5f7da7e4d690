"""A street as its users get it: the command line, real processes, and what lies in the data directory."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from built_program import binary

SETTINGS = """
broker: {port: 0, ballast: 0}
courier: {port: 0}
partners:
  warehouse: {port: 0}
  crm: {port: 0}
  carrier: {port: 0}
queue: {visibilityTimeout: 2, maxReceiveCount: 3}
retries: {schedule: fast}
shop: {source: synthetic, orders: %d, rate: %d}
"""


def orderflow(*words, text=None, cwd=None, env=None) -> subprocess.CompletedProcess:
    """Runs one verb to its end; of the variables that it minds it sees none but those in `env`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ORDERFLOW", "AWS_"))}
    return subprocess.run(
        [binary(), *map(str, words)], input=text, capture_output=True, text=True, timeout=120, cwd=cwd,
        env=clean | (env or {}),
    )


def until(what, seconds=30):
    """Waits for something that processes do in their own time."""
    end = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < end, f"it did not happen within {seconds} s"
        time.sleep(0.02)
    return answer


class Street:
    """A street in a directory of its own, on ports of its own."""

    def __init__(self, directory: Path, orders=40, rate=100):
        self.data = directory / "data"
        self.settings = directory / "street.yaml"
        self.settings.write_text(SETTINGS % (orders, rate))
        self.cwd = directory  # where no other settings file lies

    def run(self, *words, text=None, env=None):
        return orderflow(*words, "--data", self.data, text=text, cwd=self.cwd, env=env)

    def json(self, *words, env=None):
        answer = self.run(*words, "--json", env=env)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    def up(self):
        return self.run("up", "--config", self.settings)

    def down(self):
        return self.run("down")

    def status(self) -> dict:
        answer = self.run("status", "--json")
        assert answer.returncode in (0, 1), answer.stderr
        return json.loads(answer.stdout)

    def record(self) -> dict:
        return json.loads((self.data / "street.json").read_text())

    def processes(self) -> dict:
        """The process ids of those who play, by name."""
        return {part["name"]: part["pid"] for part in self.status()["processes"] if part["pid"]}

    def is_at_rest(self, orders) -> bool:
        pipeline = self.status()["pipeline"]
        return pipeline["acknowledged"] == orders and not any(
            pipeline[backlog]
            for backlog in ("unsent", "waiting", "in_flight", "delayed", "outbox", "behind", "deliveries_pending")
        )

    def kill_everything(self):
        """SIGKILL to the keeper and to everyone it keeps, all at once."""
        victims = [self.record()["keeper"]["pid"], *self.processes().values()]
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        until(lambda: not any(is_alive(victim) for victim in victims))


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
