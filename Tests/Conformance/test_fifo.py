"""FIFO queues: order within a group, groups that block, and repeats that are sent once."""

import string
import time
from hashlib import sha256

import pytest

import digests
from refusals import out_of_range, refused

ID_RULE = "can only include alphanumeric and punctuation characters. 1 to 128 in length."


def send(queue, *bodies: str, group: str = "g") -> list[dict]:
    return [queue.send(body, MessageGroupId=group, MessageDeduplicationId=f"{group}-{body}") for body in bodies]


# Order


def test_a_group_is_received_in_the_order_it_was_sent(fifo):
    sent = [str(number) for number in range(25)]
    send(fifo, *sent)

    received = []
    while batch := fifo.receive():
        received += [message["Body"] for message in batch]
        for message in batch:
            fifo.delete(message)

    assert received == sent


def test_one_receive_takes_what_it_can_of_one_group_before_the_next(fifo):
    for number in range(3):
        send(fifo, f"a{number}", group="a")
        send(fifo, f"b{number}", group="b")

    assert fifo.receive_bodies(4) == ["a0", "a1", "a2", "b0"]


def test_groups_take_turns(fifo):
    send(fifo, "a1", "a2", group="a")
    send(fifo, "b1", "b2", group="b")

    received = []
    for _ in range(4):
        message = fifo.receive_one()
        received.append(message["Body"])
        fifo.delete(message)

    assert received == ["a1", "b1", "a2", "b2"]


def test_an_answer_tells_a_sequence_number_of_20_digits_that_grows(fifo):
    sent = send(fifo, "a", "b") + send(fifo, "c", group="other") + send(fifo, "d")

    numbers = [message["SequenceNumber"] for message in sent]

    assert all(len(number) == 20 and number.isdigit() for number in numbers)
    assert numbers == sorted(set(numbers))


def test_a_receiver_is_told_group_deduplication_and_sequence(fifo):
    [sent] = send(fifo, "tea")

    attributes = fifo.receive_one(MessageSystemAttributeNames=["All"])["Attributes"]

    assert attributes["MessageGroupId"] == "g"
    assert attributes["MessageDeduplicationId"] == "g-tea"
    assert attributes["SequenceNumber"] == sent["SequenceNumber"]


# Blocking


def test_a_group_in_flight_yields_nothing_not_even_what_is_sent_to_it_now(fifo):
    send(fifo, "a")
    fifo.receive_one()

    send(fifo, "b")

    assert fifo.receive() == []
    assert fifo.counts == (1, 1, 0)


def test_a_group_in_flight_does_not_hold_up_another(fifo):
    send(fifo, "a1", "a2", group="a")
    fifo.receive(1)
    send(fifo, "b1", group="b")

    assert fifo.receive_bodies() == ["b1"]


def test_a_group_goes_on_once_all_of_it_in_flight_is_deleted(fifo):
    send(fifo, "1", "2", "3")
    first, second = fifo.receive(2)

    fifo.delete(first)
    while_one_is_left = fifo.receive()
    fifo.delete(second)

    assert while_one_is_left == []
    assert fifo.receive_bodies() == ["3"]


def test_whoever_waits_is_served_when_a_delete_unblocks_the_group(fifo, waiting):
    send(fifo, "1", "2")
    message = fifo.receive_one()
    poll = waiting(fifo)

    fifo.delete(message)

    assert poll.read_bodies() == ["2"]


def test_hiding_the_second_longer_offers_the_first_alone(fifo):
    send(fifo, "1", "2", "3")
    first, second, third = fifo.receive()

    fifo.hide(second, 900)
    fifo.hide(first, 0)
    fifo.hide(third, 0)

    assert fifo.receive_bodies() == ["1"]


def test_hiding_the_first_longer_offers_nothing(fifo):
    send(fifo, "1", "2", "3")
    first, second, third = fifo.receive()

    fifo.hide(first, 900)
    fifo.hide(second, 0)
    fifo.hide(third, 0)

    assert fifo.receive() == []


def test_hiding_the_third_longer_offers_the_first_two(fifo):
    send(fifo, "1", "2", "3")
    first, second, third = fifo.receive()

    fifo.hide(third, 900)
    fifo.hide(first, 0)
    fifo.hide(second, 0)

    assert fifo.receive_bodies() == ["1", "2"]


def test_showing_the_first_again_offers_it_without_the_second(fifo):
    send(fifo, "1", "2")
    first, _ = fifo.receive()

    fifo.hide(first, 0)

    assert fifo.receive_bodies() == ["1"]


def test_a_visibility_timeout_of_zero_keeps_the_order_within_groups(fifo):
    send(fifo, "1", "2", "3")

    assert fifo.receive_bodies(2, VisibilityTimeout=0) == ["1", "2"]
    assert fifo.receive_bodies(VisibilityTimeout=0) == ["1", "2", "3"]


def test_a_message_whose_timeout_passed_comes_back_before_those_behind_it(fifo):
    send(fifo, "1", "2")
    fifo.receive(1, VisibilityTimeout=1)

    assert fifo.receive_bodies(WaitTimeSeconds=3) == ["1", "2"]


# Groups


def test_a_message_needs_a_group(fifo):
    with refused("MissingParameter", "The request must contain the parameter MessageGroupId."):
        fifo.send("tea")


@pytest.mark.parametrize("group", ["g", "x" * 128, string.ascii_letters + string.digits, string.punctuation])
def test_a_group_is_1_to_128_letters_digits_and_punctuation_marks(fifo, group):
    fifo.send("tea", MessageGroupId=group)

    message = fifo.receive_one(MessageSystemAttributeNames=["MessageGroupId"])
    assert message["Attributes"]["MessageGroupId"] == group


@pytest.mark.parametrize("group", ["", "x" * 129, "a b", "ä", "a\n"])
def test_any_other_group_is_refused(fifo, group):
    words = out_of_range(group, "MessageGroupId", f"MessageGroupId {ID_RULE}")

    with refused("InvalidParameterValue", words):
        fifo.send("tea", MessageGroupId=group)


@pytest.mark.parametrize("identity", ["", "x" * 129, "a b", "ä"])
def test_a_deduplication_id_has_the_same_syntax(fifo, identity):
    words = out_of_range(identity, "MessageDeduplicationId", f"MessageDeduplicationId {ID_RULE}")

    with refused("InvalidParameterValue", words):
        fifo.send("tea", MessageGroupId="g", MessageDeduplicationId=identity)


# Deduplication


def test_a_message_needs_a_deduplication_id_where_content_does_not_decide(make_fifo):
    queue = make_fifo(ContentBasedDeduplication="false")

    with refused(
        "InvalidParameterValue",
        "The queue should either have ContentBasedDeduplication enabled "
        "or MessageDeduplicationId provided explicitly",
    ):
        queue.send("tea", MessageGroupId="g")


def test_a_repeat_answers_as_the_first_send_and_stores_nothing(fifo):
    first = fifo.send("tea", MessageGroupId="g", MessageDeduplicationId="d")

    repeat = fifo.send("coffee", MessageGroupId="g", MessageDeduplicationId="d")

    assert repeat["MessageId"] == first["MessageId"]
    assert repeat["SequenceNumber"] == first["SequenceNumber"]
    assert repeat["MD5OfMessageBody"] == digests.of_body("coffee")
    assert fifo.receive_bodies() == ["tea"]


def test_a_repeat_is_known_after_the_first_was_received_and_deleted(fifo):
    first = fifo.send("tea", MessageGroupId="g", MessageDeduplicationId="d")
    fifo.delete(fifo.receive_one())

    repeat = fifo.send("tea", MessageGroupId="g", MessageDeduplicationId="d")

    assert repeat["MessageId"] == first["MessageId"]
    assert fifo.receive() == []


def test_content_decides_by_the_body_alone(fifo):
    attributes = {"colour": {"DataType": "String", "StringValue": "green"}}
    first = fifo.send("tea", MessageGroupId="g")

    repeat = fifo.send("tea", MessageGroupId="h", MessageAttributes=attributes)

    assert repeat["MessageId"] == first["MessageId"]
    told = fifo.receive_one(MessageSystemAttributeNames=["MessageDeduplicationId"])["Attributes"]
    assert told["MessageDeduplicationId"] == sha256(b"tea").hexdigest()


def test_a_deduplication_id_of_ones_own_wins_over_the_content(fifo):
    fifo.send("tea", MessageGroupId="g", MessageDeduplicationId="1")

    fifo.send("tea", MessageGroupId="g", MessageDeduplicationId="2")

    assert fifo.receive_bodies() == ["tea", "tea"]


def test_a_repeat_is_one_in_any_group_where_the_queue_is_the_scope(fifo):
    fifo.send("tea", MessageGroupId="g", MessageDeduplicationId="d")

    fifo.send("tea", MessageGroupId="h", MessageDeduplicationId="d")

    assert fifo.receive_bodies() == ["tea"]


def test_a_repeat_is_one_in_its_group_only_where_the_group_is_the_scope(make_fifo):
    queue = make_fifo(DeduplicationScope="messageGroup")

    for group in ("g", "h", "g"):
        queue.send(group, MessageGroupId=group, MessageDeduplicationId="d")

    assert queue.receive_bodies() == ["g", "h"]


# Delays


def test_a_message_has_no_delay_of_its_own(fifo):
    reason = "The request include parameter that is not valid for this queue type."

    with refused("InvalidParameterValue", out_of_range(2, "DelaySeconds", reason)):
        fifo.send("tea", MessageGroupId="g", DelaySeconds=2)


def test_a_delay_of_zero_does_not_override_the_queues(make_fifo):
    queue = make_fifo(DelaySeconds="900")

    queue.send("tea", MessageGroupId="g", DelaySeconds=0)

    assert queue.receive() == []
    assert queue.counts == (0, 0, 1)


def test_changing_the_queues_delay_reaches_messages_that_were_sent(make_fifo):
    queue = make_fifo(DelaySeconds="900")
    send(queue, "tea")

    queue.set_queue_attributes(Attributes={"DelaySeconds": "0"})

    assert queue.receive_bodies() == ["tea"]


# Receipts


@pytest.fixture
def expired(fifo):
    """A message whose visibility timeout has passed, with the receipt of that receive."""
    send(fifo, "tea")
    return fifo.receive_one(VisibilityTimeout=0)


@pytest.mark.parametrize("deed", ["delete", "hide"])
def test_an_expired_receipt_is_refused(fifo, expired, deed):
    words = out_of_range(expired["ReceiptHandle"], "ReceiptHandle", "The receipt handle has expired.")

    with refused("InvalidParameterValue", words):
        fifo.delete(expired) if deed == "delete" else fifo.hide(expired, 10)

    assert fifo.counts == (1, 0, 0)


def test_an_older_receipt_is_refused_while_a_newer_one_holds(fifo, expired):
    newer = fifo.receive_one()

    with refused("InvalidParameterValue"):
        fifo.delete(expired)

    fifo.delete(newer)
    assert fifo.counts == (0, 0, 0)


@pytest.mark.parametrize(
    ("operation", "wish"),
    [("delete_message_batch", {}), ("change_message_visibility_batch", {"VisibilityTimeout": 10})],
)
def test_an_expired_receipt_in_a_batch_fails_its_entry(fifo, expired, operation, wish):
    entry = {"Id": "1", "ReceiptHandle": expired["ReceiptHandle"], **wish}

    answer = getattr(fifo, operation)(Entries=[entry])

    assert answer["Failed"] == [
        {
            "Id": "1",
            "SenderFault": True,
            "Code": "ReceiptHandleIsInvalid",
            "Message": "The receipt handle has expired",
        }
    ]


def test_deleting_again_through_a_used_receipt_succeeds(fifo):
    send(fifo, "tea")
    message = fifo.receive_one()

    fifo.delete(message)
    fifo.delete(message)


def test_a_receipt_that_was_extended_in_time_stays_good(fifo):
    send(fifo, "tea")
    message = fifo.receive_one(VisibilityTimeout=1)
    fifo.hide(message, 900)
    time.sleep(1.001)

    fifo.delete(message)

    assert fifo.counts == (0, 0, 0)


# Receives that are tried again


def test_a_receive_tried_again_gets_the_same_messages_with_the_same_receipts(fifo):
    send(fifo, "1", "2")
    first = fifo.receive(ReceiveRequestAttemptId="try")

    again = fifo.receive(ReceiveRequestAttemptId="try")

    assert [message["Body"] for message in again] == ["1", "2"]
    assert [message["ReceiptHandle"] for message in again] == [message["ReceiptHandle"] for message in first]


def test_a_receive_tried_again_hides_its_messages_anew(fifo):
    send(fifo, "1")
    fifo.receive(ReceiveRequestAttemptId="try", VisibilityTimeout=1)
    [message] = fifo.receive(ReceiveRequestAttemptId="try", VisibilityTimeout=900)
    time.sleep(1.001)

    assert fifo.receive() == []
    fifo.delete(message)


def test_a_receive_under_another_name_gets_nothing_of_it(fifo):
    send(fifo, "1", "2")
    fifo.receive(ReceiveRequestAttemptId="try")

    assert fifo.receive(ReceiveRequestAttemptId="another") == []


@pytest.mark.parametrize("deed", ["delete", "hide"])
def test_a_receive_is_a_new_one_once_something_happened_to_its_messages(fifo, deed):
    send(fifo, "1", "2")
    first, _ = fifo.receive(ReceiveRequestAttemptId="try")

    fifo.delete(first) if deed == "delete" else fifo.hide(first, 600)

    assert fifo.receive(ReceiveRequestAttemptId="try") == []


def test_the_name_of_a_receive_has_at_most_128_characters(fifo):
    with refused("InvalidParameterValue"):
        fifo.receive(ReceiveRequestAttemptId="x" * 129)


def test_a_standard_queue_takes_no_notice_of_the_name_of_a_receive(queue):
    queue.send("tea")
    queue.receive(ReceiveRequestAttemptId="try")

    assert queue.receive(ReceiveRequestAttemptId="try") == []
