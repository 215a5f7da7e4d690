"""Software of others, as it comes from PyPI: none of it knows that it does not speak to Amazon."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

GUESTS = Path(__file__).parent / "guests"
GO_PATH = Path("/usr/share/gocode")


@pytest.fixture(scope="module")
def guest_python():
    """A Python with frameworks that use SQS and Kinesis."""
    return os.environ.get("GUESTS") or pytest.skip("GUESTS names no Python with Celery, Dramatiq and aiobotocore")


@pytest.fixture
def output(tmp_path):
    path = tmp_path / "output"
    path.touch()
    return path


@pytest.fixture
def surroundings(broker, output):
    return {**os.environ, "BROKER": broker.address, "OUTPUT": str(output), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def run(guest_python, surroundings):
    """Runs a program of the guests' to its end."""

    def run(*arguments):
        ran = subprocess.run(
            [guest_python, *arguments], cwd=GUESTS, env=surroundings, capture_output=True, text=True, timeout=60
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


@pytest.fixture
def work(guest_python, surroundings, tmp_path):
    """Lets a worker of the guests' work, and starts another whenever it has died, until what it noted is enough."""

    def work(*arguments, until):
        deadline = time.monotonic() + 60
        worker = None
        with open(tmp_path / "worker.log", "w") as log:
            try:
                while not until() and time.monotonic() < deadline:
                    if worker is None or worker.poll() is not None:
                        worker = subprocess.Popen(
                            [guest_python, "-m", *arguments], cwd=GUESTS, env=surroundings, stdout=log, stderr=log
                        )
                    time.sleep(0.05)
            finally:
                if worker and worker.poll() is None:
                    worker.terminate()
                    try:
                        worker.wait(timeout=20)
                    except subprocess.TimeoutExpired:
                        worker.kill()
        assert until(), (tmp_path / "worker.log").read_text()[-3_000:]

    return work


def test_celery_has_tasks_done_retried_and_taken_over_from_a_killed_worker(run, work, output):
    run("-c", "from celery_tasks import *; [double.delay(n) for n in range(20)]; hesitate.delay(); die_once.delay()")

    expected = [f"double {number * 2}" for number in range(20)] + [f"hesitate {n}" for n in range(3)] + ["die_once"] * 2
    work(
        "celery", "-A", "celery_tasks", "worker", "--concurrency=1", "--pool=solo", "--loglevel=INFO",
        until=lambda: set(expected) <= set(lines := output.read_text().split("\n")) and lines.count("die_once") >= 2,
    )


def test_dramatiq_has_actors_called_and_retried(run, work, output, client):
    run("-c", "from dramatiq_actors import *; [double.send(n) for n in range(20)]; hesitate.send()")

    expected = [f"double {number * 2}" for number in range(20)]
    work(
        "dramatiq", "dramatiq_actors", "--processes=1", "--threads=2",
        until=lambda: set(expected) <= set(lines := output.read_text().split("\n")) and lines.count("hesitate") >= 3,
    )
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName="guests_default")["QueueUrl"]
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"]["team"] == "tea"


def test_aiobotocore_speaks_to_both_services(run):
    run("asynchronous.py")


def test_async_kinesis_follows_a_split_and_a_merge_with_every_key_in_its_order(run):
    run("resharded.py")


@pytest.fixture(scope="session")
def gopher(tmp_path_factory):
    """A program that uses Amazon's SDK for Go."""
    if not shutil.which("go") or not (GO_PATH / "src/github.com/aws/aws-sdk-go-v2").exists():
        pytest.skip("needs Debian's golang-go and golang-github-aws-aws-sdk-go-v2-dev")
    program = tmp_path_factory.mktemp("go") / "gopher"
    subprocess.run(
        ["go", "build", "-o", program, "."], cwd=GUESTS / "gopher", check=True, timeout=240,
        env={**os.environ, "GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOCACHE": str(program.parent / "cache")},
    )
    return program


def test_the_go_sdk_sends_splits_reads_on_and_is_pushed_to(gopher, surroundings):
    ran = subprocess.run([gopher], env=surroundings, capture_output=True, text=True, timeout=60)
    assert ran.stdout == "done\n", ran.stderr
