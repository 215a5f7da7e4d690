"""The consumer as articles teach it, line by line: receive from a queue, then delete what was received."""

import json

import pytest


def send_order(sqs, queue_url: str, order: dict) -> str:
    answer = sqs.send_message(
        QueueUrl=queue_url,
        DelaySeconds=0,
        MessageAttributes={
            "Title": {"DataType": "String", "StringValue": "Order"},
            "Quantity": {"DataType": "Number", "StringValue": str(order["quantity"])},
        },
        MessageBody=json.dumps(order),
    )
    return answer["MessageId"]


def consume_order(sqs, queue_url: str, deletes: bool) -> dict | None:
    answer = sqs.receive_message(
        QueueUrl=queue_url,
        AttributeNames=["SentTimestamp"],
        MaxNumberOfMessages=1,
        MessageAttributeNames=["All"],
        VisibilityTimeout=0,
        WaitTimeSeconds=0,
    )
    if not answer.get("Messages"):
        return None
    message = answer["Messages"][0]
    if deletes:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return message


@pytest.fixture
def orders(sqs, queue):
    orders = [{"number": number, "quantity": number + 1} for number in range(5)]
    for order in orders:
        send_order(sqs, queue.url, order)
    return orders


def test_a_consumer_receives_what_the_producer_sent(sqs, queue):
    identity = send_order(sqs, queue.url, {"number": 1, "quantity": 2})

    message = consume_order(sqs, queue.url, deletes=True)

    assert message["MessageId"] == identity
    assert json.loads(message["Body"]) == {"number": 1, "quantity": 2}
    assert message["MessageAttributes"]["Title"] == {"DataType": "String", "StringValue": "Order"}
    assert message["MessageAttributes"]["Quantity"] == {"DataType": "Number", "StringValue": "2"}
    assert message["Attributes"].keys() == {"SentTimestamp"}


def test_a_consumer_who_neither_hides_nor_deletes_never_empties_the_queue(sqs, queue, orders):
    received = [consume_order(sqs, queue.url, deletes=False) for _ in range(4 * len(orders))]

    assert all(received)
    assert queue.counts == (len(orders), 0, 0)


def test_a_consumer_who_deletes_empties_the_queue(sqs, queue, orders):
    received = [consume_order(sqs, queue.url, deletes=True) for _ in orders]

    assert [json.loads(message["Body"]) for message in received] == orders
    assert consume_order(sqs, queue.url, deletes=True) is None
    assert queue.counts == (0, 0, 0)
