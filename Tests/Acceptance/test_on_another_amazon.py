"""The same program on an SQS and a Kinesis that we did not write: moto's server, by its address alone.

The day is played without outages. When two messages of one group come back after their visibility timeout, moto 5.2.5
hands out the second one first: its `receive_message` still counts the second as pending when it passes the first. An OMS
that is killed with both in its hands provokes that, and where the two are an order and its dearer twin, the twin is
accepted. Amazon keeps the order of a group, and so does our broker.
"""

import json
import os
import re
import socket
import sqlite3
import subprocess
from contextlib import ExitStack, closing

import pytest

from built_program import binary
from street import Street, orderflow

ORDERS = 127
NEEDED = {"orders-dead.fifo", "orders.fifo", "order-events-dead", "order-events-gaps", "order-events"}
ROLES = {"partner-warehouse", "partner-crm", "partner-carrier", "courier", "function", "oms", "shop"}
AT_REST = ["unsent=0", "waiting=0", "in_flight=0", "outbox=0", "behind=0", "deliveries_pending=0"]

DAY = """
courier: {port: 0}
partners:
  warehouse: {port: 0}
  crm: {port: 0}
  carrier: {port: 0}
queue: {visibilityTimeout: 10, maxReceiveCount: 2%s}
stream: {shards: 4%s}
retries: {schedule: fast}
shop: {source: house-day, rate: 50, prankScale: 0.05}
"""


class Server:
    """A process that listens on a free port and says so."""

    def __init__(self, words, greeting: str, directory, env=None):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ORDERFLOW", "AWS_"))}
        self.process = subprocess.Popen(
            list(map(str, words)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=clean | (env or {}), cwd=directory,
        )
        for line in self.process.stdout:
            if found := re.search(greeting, line):
                self.url = f"http://127.0.0.1:{found[1]}"
                break
        else:
            raise AssertionError(f"{words[0]} ended before it listened")
        # What it says from here on goes nowhere, but must not fill the pipe.
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.drain.wait(timeout=20)


@pytest.fixture
def moto(tmp_path):
    program = os.environ.get("MOTO") or pytest.skip("MOTO names no moto_server")
    server = Server([program, "-H", "127.0.0.1", "-p", "0"], r"Running on http://127\.0\.0\.1:(\d+)", tmp_path)
    yield server
    server.stop()


@pytest.fixture
def own_broker(tmp_path):
    words = [binary(), "run", "broker", "--data", tmp_path / "broker", "--port", "0"]
    server = Server(words, r"listens on 127\.0\.0\.1:(\d+)", tmp_path)
    yield server
    server.stop()


@pytest.fixture(params=["moto", "own_broker"])
def amazon(request):
    """Either of the two: what is true of one is true of the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def day(make_street):
    """The trading day with its tricks, on servers that are named to it."""

    def make(queue="", stream=""):
        street = make_street()
        street.settings.write_text(DAY % (queue, stream))
        return street

    return make


def free_ports(count):
    with ExitStack() as held:
        sockets = [held.enter_context(closing(socket.create_server(("127.0.0.1", 0)))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


def rows(file, sql):
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def assert_ledgers_balance(street: Street):
    """By the ledgers themselves: what the shop was told yes for is in the books, and at each partner once."""
    acknowledged = {
        number
        for number, in rows(
            street.data / "shop.db",
            "SELECT DISTINCT order_number FROM submissions WHERE outcome = 'acknowledged' AND deliberate IS NULL",
        )
    }
    stored = {number for number, in rows(street.data / "orders.db", "SELECT order_number FROM orders")}
    rejected = {
        number
        for number, in rows(street.data / "orders.db", "SELECT order_number FROM rejections")
        if number not in stored
    }
    assert len(acknowledged) == ORDERS
    assert acknowledged == stored | rejected and len(stored) == 125 and len(rejected) == 2
    for partner in ("warehouse", "crm", "carrier"):
        acted_on = rows(street.data / f"partner-{partner}.db", "SELECT order_number FROM received WHERE first_time")
        assert sorted(number for number, in acted_on) == sorted(stored)


def test_a_trading_day_on_moto_balances_in_every_ledger_and_the_audit_says_what_it_saw(day, moto):
    street = day(queue=f", endpoint: '{moto.url}'", stream=f", endpoint: '{moto.url}'")

    assert street.up().returncode == 0
    assert set(street.processes()) == ROLES  # and no broker
    rest = street.run("wait", f"acknowledged={ORDERS}", "dead_letters=1", *AT_REST, "--timeout", "90s")
    assert rest.returncode == 0, rest.stdout
    assert street.run("check", "recovered").returncode == 0
    assert moto.url in street.run("status").stdout
    assert street.json("queue", "stats", "orders")["dead"] == 1
    assert street.down().returncode == 0

    assert_ledgers_balance(street)
    audit = street.json("audit")
    assert audit["verdict"] == "held as far as seen", audit
    assert audit["counts"]["dead_letters"] == 1
    assert audit["equation"]["lost"] == 0 and audit["equation"]["not_seen"] == 0
    assert [one["name"] for one in audit["must_hold"] if one["held"] is None] == ["published", "poison-contained"]
    assert all(partner["missing"] == 0 and partner["repeated"] == 0 for partner in audit["partners"])
    assert max(partner["p95_age_ms"] for partner in audit["partners"]) < 3_000
    assert street.run("audit", "--require", "published").returncode == 3
    assert street.run("queue", "peek", "orders.fifo").returncode == 4

    moto.process.kill()
    silent = street.run("audit")
    assert silent.returncode == 0 and "HELD AS FAR AS SEEN" in silent.stdout and "did not answer" in silent.stdout
    assert street.run("wait", "waiting=0", "--timeout", "500ms").returncode == 1


def test_an_order_that_vanishes_behind_another_queue_breaks_the_audit(day, moto):
    street = day(queue=f", endpoint: '{moto.url}'", stream=f", endpoint: '{moto.url}'")
    street.up()
    street.run("wait", f"acknowledged={ORDERS}", "dead_letters=1", *AT_REST, "--timeout", "90s")
    street.down()
    with closing(sqlite3.connect(street.data / "shop.db")) as database, database:
        database.execute(
            """
            INSERT INTO submissions (order_number, idempotency_key, document_sha256, attempt, sent_at, answered_at, outcome,
                                     message_id, trace_id)
            SELECT 'H-9999', 'web:H-9999', document_sha256, 1, sent_at, answered_at, outcome, 'm', 'vanished'
            FROM submissions LIMIT 1
            """
        )
        database.execute(
            """
            INSERT INTO submissions (order_number, idempotency_key, document_sha256, attempt, sent_at, answered_at, outcome,
                                     message_id, trace_id)
            SELECT 'H-9998', 'web:H-9998', document_sha256, 1, sent_at, answered_at, outcome, 'n', 'vanished too'
            FROM submissions LIMIT 1
            """
        )

    answer = street.run("audit")

    assert answer.returncode == 1  # the one dead letter may be one of them, and not both
    assert "BROKEN" in answer.stdout and "H-9999" in answer.stdout and "H-9998" in answer.stdout


def test_a_plan_is_printed_applied_and_fulfilled(amazon, tmp_path):
    def aws(*words):
        return orderflow("aws", *words, "--endpoint-url", amazon.url, cwd=tmp_path)

    before = json.loads(aws("plan", "--format", "json").stdout)
    applied = aws("apply", "--json")
    after = json.loads(aws("plan", "--format", "json").stdout)
    again = json.loads(aws("apply", "--json").stdout)

    assert {item["name"] for item in before["items"]} == NEEDED
    assert {item["standing"] for item in before["items"]} == {"missing"}
    assert applied.returncode == 0 and {item["done"] for item in json.loads(applied.stdout)} == {"created"}
    assert after["fulfilled"] and re.fullmatch(r"\d{12}", after["account"])
    assert {item["done"] for item in again} == {"unchanged"}
    policies = json.loads(aws("plan", "--format", "iam").stdout)
    assert set(policies) == {"shop", "oms-intake", "oms-relay", "function", "conductor"}
    assert policies["shop"]["Statement"][0]["Resource"] == [f"arn:aws:sqs:us-east-1:{after['account']}:orders.fifo"]


def test_what_differs_is_told_and_changed_on_request_only(amazon, tmp_path):
    def aws(*words, settings):
        (tmp_path / "street.yaml").write_text(settings)
        return orderflow("aws", *words, "--endpoint-url", amazon.url, "--config", "street.yaml", cwd=tmp_path)

    aws("apply", settings="queue: {visibilityTimeout: 30}")

    plan = aws("plan", settings="queue: {visibilityTimeout: 7}")
    left = aws("apply", settings="queue: {visibilityTimeout: 7}")
    updated = aws("apply", "--update", settings="queue: {visibilityTimeout: 7}")
    shards = aws("apply", "--update", settings="{queue: {visibilityTimeout: 7}, stream: {shards: 2}}")

    assert plan.returncode == 0 and "orders.fifo: VisibilityTimeout is 30, not 7" in plan.stdout
    assert left.returncode == 1 and updated.returncode == 0
    assert "All is there." in aws("plan", settings="queue: {visibilityTimeout: 7}").stdout
    assert shards.returncode == 1 and "ShardCount is 4, not 2" in shards.stdout


def test_a_key_that_may_not_is_told_so_in_words(own_broker, tmp_path):
    shop = {"AWS_ACCESS_KEY_ID": "shop", "AWS_SECRET_ACCESS_KEY": "local-shop-secret", "AWS_ENDPOINT_URL": own_broker.url}

    answer = orderflow("aws", "apply", cwd=tmp_path, env=shop)

    assert answer.returncode == 1
    assert "The key shop may not do this" in answer.stderr and "orderflow aws plan --format iam" in answer.stderr


def test_whoever_speaks_to_amazon_has_to_say_who_he_is(tmp_path):
    nobody = {"HOME": str(tmp_path)}

    for words in (["aws", "plan"], ["up", "--amazon", "--data", tmp_path / "data"]):
        answer = orderflow(*words, cwd=tmp_path, env=nobody)
        assert answer.returncode == 2 and "AWS_ACCESS_KEY_ID" in answer.stderr


def test_policies_are_printed_for_an_account_without_asking_anybody(tmp_path):
    words = ["aws", "plan", "--format", "iam", "--account", "123456789012", "--region", "eu-central-1"]

    answer = orderflow(*words, cwd=tmp_path, env={"HOME": str(tmp_path)})

    assert answer.returncode == 0, answer.stderr
    resource = json.loads(answer.stdout)["function"]["Statement"][0]["Resource"]
    assert resource == ["arn:aws:kinesis:eu-central-1:123456789012:stream/order-events"]


def test_a_street_takes_place_and_credentials_from_the_aws_environment(make_street, own_broker):
    street = make_street(orders=20)
    (street.cwd / "credentials").write_text("[street]\naws_access_key_id = test\naws_secret_access_key = test\n")
    environment = {
        "AWS_SHARED_CREDENTIALS_FILE": str(street.cwd / "credentials"),
        "AWS_PROFILE": "street",
        "AWS_ENDPOINT_URL": own_broker.url,
        "AWS_REGION": "eu-central-1",
    }

    answer = street.run("up", "--config", street.settings, "--amazon", env=environment)

    assert answer.returncode == 0, answer.stderr
    assert set(street.processes()) == ROLES
    rest = street.run("wait", "acknowledged=20", *AT_REST, env=environment)
    assert rest.returncode == 0, rest.stdout
    street.down()
    assert street.json("audit", env=environment)["verdict"] == "held as far as seen"
    assert street.run("audit").returncode == 0  # without credentials the queue is not asked


def test_roles_that_are_run_without_a_keeper_are_audited_by_the_settings_of_the_place(make_street, own_broker):
    street = make_street(orders=20)
    for port in free_ports(5):  # without a keeper nobody chooses them
        street.settings.write_text(street.settings.read_text().replace("port: 0", f"port: {port}", 1))
    environment = {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": own_broker.url,
        "ORDERFLOW_AMAZON": "true",
    }
    made = orderflow("aws", "apply", "--config", street.settings, cwd=street.cwd, env=environment)
    assert made.returncode == 0, made.stderr
    roles = [binary(), "run", "partners", "courier", "function", "oms", "shop"]
    places = ["--config", street.settings, "--data", street.data]

    street_process = Server(roles + places, r"courier listens on 127\.0\.0\.1:(\d+)", street.cwd, env=environment)
    try:
        rest = street.run("wait", "acknowledged=20", *AT_REST, env=environment)
        audit = street.json("audit", env=environment)
    finally:
        street_process.stop()

    assert rest.returncode == 0, rest.stdout
    assert audit["verdict"] == "held as far as seen"
    assert audit["equation"] | {"stored": 20} == audit["equation"]
