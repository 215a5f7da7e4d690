"""What people decide about dead letters: the audit knows it, and knows a loss from a decision."""

import json
import socket
import sqlite3
import subprocess
from contextlib import closing, contextmanager

import boto3

from built_program import binary
from street import until

ORDERS = 6
RECEIVES = 3  # as the street's settings allow


@contextmanager
def without_an_oms(street):
    """Shop and broker alone, once the shop has handed over all that it has, on a street that has its queues already."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = street.settings.read_text().replace("broker: {port: 0", f"broker: {{port: {port}")
    street.settings.write_text(settings.replace("orders: 1,", f"orders: {ORDERS},"))
    command = [binary(), "run", "broker", "shop", "--data", street.data, "--config", street.settings]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=street.cwd) as playing:
        try:
            until(lambda: street.run("wait", f"acknowledged={ORDERS}", "--timeout", "1s").returncode == 0)
            yield
        finally:
            playing.terminate()


def bury(street):
    """Receives every order once too often, as an OMS does that fails at each."""
    port = json.loads((street.data / "ports.json").read_text())["broker"]
    sqs = boto3.client(
        "sqs",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    url = sqs.get_queue_url(QueueName="orders.fifo")["QueueUrl"]
    for _ in range(RECEIVES + 1):
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)


def verdicts(street) -> dict:
    audit = json.loads(street.run("audit", "--json").stdout)
    return {name: count for name, count in audit["verdicts"].items() if count}


def test_orders_are_corrected_discarded_and_sent_back_and_none_is_lost(make_street):
    street = make_street(orders=1, rate=100)
    street.up()
    until(lambda: street.is_at_rest(orders=1))
    street.down()

    with without_an_oms(street):
        bury(street)
        first, second, *others = street.json("dlq", "list")
        document = json.loads(street.json("dlq", "show", first["message_id"])["body"]) | {"note": "Ring twice."}

        edit = street.run("dlq", "edit", first["message_id"], "--body", "-", text=json.dumps(document))
        discard = street.run("dlq", "discard", second["message_id"], "--reason", "The customer called.")
        redrive = street.run("dlq", "redrive", *(letter["message_id"] for letter in others))

        for answer in (edit, discard, redrive):
            assert answer.returncode == 0, answer.stderr
        assert verdicts(street) == {"ok": 1, "held in queue": ORDERS - 2, "discarded": 1}

    street.up()
    until(lambda: street.is_at_rest(orders=ORDERS))
    street.down()
    audit = street.run("audit", "--at-rest")
    assert audit.returncode == 0, audit.stdout
    assert f"acknowledged {ORDERS} = stored {ORDERS - 1} +" in audit.stdout
    assert "+ discarded 1   lost 0" in audit.stdout
    assert verdicts(street) == {"ok": ORDERS - 2, "edited": 1, "discarded": 1}
    assert "corrected by test and sent back" in street.run("orders", "trace", first["order_number"]).stdout
    told = street.run("orders", "trace", second["order_number"]).stdout
    assert "discarded from orders-dead.fifo by test: The customer called." in told

    forget_discards(street)
    unrecorded = street.run("audit")
    assert unrecorded.returncode == 1 and "lost 1" in unrecorded.stdout
    assert f"{second['order_number']}  LOST" in unrecorded.stdout


def forget_discards(street):
    """As if somebody had deleted a letter and told nobody."""
    with closing(sqlite3.connect(street.data / "broker.db")) as broker:
        broker.execute("DELETE FROM discarded_messages")
        broker.commit()
