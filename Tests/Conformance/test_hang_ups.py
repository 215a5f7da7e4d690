"""Hanging up: whoever resets his connection in the middle of a long poll harms nobody but himself."""

import random
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from broker import Broker
from wire import SQS, Caller, Request

SENDERS = 2
RECEIVERS = 8
SECONDS = 6


@pytest.fixture
def own_broker(tmp_path):
    """A broker that nobody else needs."""
    broker = Broker(tmp_path)
    yield broker
    assert broker.stop() == 0


def test_a_receiver_may_hang_up_at_the_very_moment_he_is_served(own_broker):
    with Caller(own_broker.address) as caller:
        url = caller.call(SQS, "CreateQueue", {"QueueName": "orders"}).json["QueueUrl"]
    end = time.monotonic() + SECONDS

    def send():
        with Caller(own_broker.address, timeout=5) as caller:
            while time.monotonic() < end:
                assert caller.call(SQS, "SendMessage", {"QueueUrl": url, "MessageBody": "m"}).status == 200

    def hang_up(seed):
        chance = random.Random(seed)
        poll = {"QueueUrl": url, "WaitTimeSeconds": 20, "MaxNumberOfMessages": 1}
        while time.monotonic() < end:
            with Caller(own_broker.address, timeout=5) as caller:
                caller.write(caller.sign(Request(SQS, "ReceiveMessage", poll)))
                time.sleep(chance.uniform(0, 0.004))  # about as long as it takes until a message comes
                caller.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with ThreadPoolExecutor(SENDERS + RECEIVERS) as pool:
        working = [pool.submit(send) for _ in range(SENDERS)]
        working += [pool.submit(hang_up, seed) for seed in range(RECEIVERS)]
        for worker in working:
            worker.result()
