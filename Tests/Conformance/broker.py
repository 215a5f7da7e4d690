"""A broker as its users get it: the real process, started, stopped and killed."""

import os
import re
import subprocess
from pathlib import Path

from built_program import binary


class DidNotStart(Exception):
    def __init__(self, status: int, words: str):
        super().__init__(f"The broker ended with {status} and said {words!r}; broker.log has more.")
        self.status = status


class Broker:
    """One `orderflow run broker` on a free port of its own, with its data in one directory.

    Flags and settings, such as `ORDERFLOW_STREAM_CONTROL_DELAY="300"`, are this broker's own.
    """

    def __init__(self, directory: Path, *flags: str, **settings: str):
        self.directory = directory
        self.flags = flags
        self.settings = settings
        self.start()

    def start(self, port: int = 0):
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log = open(self.directory / "broker.log", "ab")
        self.process = subprocess.Popen(
            [binary(), "run", "broker", "--data", self.directory, "--port", str(port), *self.flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=self.directory,  # where no settings file lies
            env={name: value for name, value in os.environ.items() if not name.startswith("ORDERFLOW")}
            | self.settings,
        )
        greeting = self.process.stdout.readline().decode()
        listening = re.match(r"broker listens on (127\.0\.0\.1):(\d+), data in ", greeting)
        if not listening:
            raise DidNotStart(self._bury(), greeting)
        self.port = int(listening[2])
        self.address = f"{listening[1]}:{self.port}"
        self.url = f"http://{self.address}"

    def kill(self):
        """SIGKILL: the process ends in the middle of whatever it does."""
        self.process.kill()
        self._bury()

    def stop(self) -> int:
        """SIGTERM. Returns the exit status."""
        self.process.terminate()
        return self._bury()

    def _bury(self) -> int:
        try:
            status = self.process.wait(timeout=30)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
            self.log.close()
        return status
