"""Fair queues: on a standard queue a group names a tenant, and no tenant's backlog holds up the others."""

import pytest

NOISY = "tenant-with-much"
QUIET = "tenant-with-little"


def send_many(queue, bodies: list[str], **parameters):
    for start in range(0, len(bodies), 10):
        entries = [{"Id": f"e{place}", "MessageBody": body, **parameters} for place, body in enumerate(bodies[start : start + 10])]
        assert "Failed" not in queue.send_message_batch(Entries=entries)


@pytest.fixture
def crowded(queue):
    """A queue with 1,000 messages of one tenant, 40 of them in flight."""
    send_many(queue, [f"noisy {number}" for number in range(1_000)], MessageGroupId=NOISY)
    for _ in range(4):
        queue.receive()
    return queue


def test_a_quiet_tenant_is_served_before_a_noisy_one(crowded):
    quiet = [f"quiet {number}" for number in range(5)]
    send_many(crowded, quiet, MessageGroupId=QUIET)

    assert crowded.receive_bodies(3) == quiet[:3]
    assert crowded.receive_bodies(10) == [*quiet[3:], *(f"noisy {number}" for number in range(40, 48))]


def test_a_message_without_a_group_is_served_before_a_noisy_tenants(crowded):
    crowded.send("alone")

    assert crowded.receive_bodies(1) == ["alone"]


def test_a_noisy_tenant_is_served_when_nobody_else_has_messages(crowded):
    received = [body for _ in range(96) for body in crowded.receive_bodies(10)]

    assert received == [f"noisy {number}" for number in range(40, 1_000)]


def test_a_tenant_whose_messages_are_done_is_not_noisy_any_more(queue):
    send_many(queue, [f"first {number}" for number in range(40)], MessageGroupId=NOISY)
    in_flight = [message for _ in range(3) for message in queue.receive(10)]
    send_many(queue, ["young"], MessageGroupId=QUIET)
    noisy = queue.receive_bodies(1)

    queue.delete(in_flight[0])

    assert noisy == ["young"]
    assert queue.receive_bodies(1) == ["first 30"]


def test_tenants_that_have_less_than_30_messages_in_flight_are_served_by_age(queue):
    send_many(queue, [f"first {number}" for number in range(40)], MessageGroupId=NOISY)
    for most in (10, 10, 9):
        queue.receive(most)
    send_many(queue, ["young"], MessageGroupId=QUIET)

    assert queue.receive_bodies(1) == ["first 29"]


def test_a_quiet_tenant_is_found_behind_more_than_the_broker_has_in_memory(client, fresh_name):
    from places import Queue

    queue = Queue.create(client("sqs"), fresh_name, {})
    send_many(queue, ["noisy"] * 4_500, MessageGroupId=NOISY)
    for _ in range(4):
        queue.receive()
    send_many(queue, ["quiet"], MessageGroupId=QUIET)

    assert queue.receive_bodies(1) == ["quiet"]
