"""Messages on a standard queue: sent, received, hidden and deleted."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

import digests
from refusals import NO_SUCH_QUEUE, out_of_range, refused
from wire import SQS

INVALID_CHARACTERS = (
    "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
    "#xE000 to #xFFFD | #x10000 to #x10FFFF"
)
SEVERAL_KINDS = {
    "colour": {"DataType": "String", "StringValue": "grün"},
    "colour.shade": {"DataType": "String.custom", "StringValue": "dark"},
    "price": {"DataType": "Number", "StringValue": "1.50"},
    "price.int": {"DataType": "Number.int", "StringValue": "-3"},
    "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff\xfe"},
    "raw.png": {"DataType": "Binary.png", "BinaryValue": b"\x89PNG"},
}
SYSTEM_ATTRIBUTES = {"SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"}
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def text(value: str, kind: str = "String") -> dict:
    return {"DataType": kind, "StringValue": value}


# Sending


def test_a_sent_message_is_known_by_a_uuid_in_small_letters(queue):
    identity = queue.send("tea")["MessageId"]

    assert str(UUID(identity)) == identity


@pytest.mark.parametrize(
    "body",
    [
        "t",
        " ",
        "two\nlines\r\nand\ta tab",
        "Grüße aus Köln",
        "茶 🫖 \U0010ffff \ud7ff \ue000 \ufffd",
        '{"quoted": "\\"\\\\/", "xml": "<a b=\'c\'>&amp;</a>"}',
        "\x7f\x80\x9f",
        "a" * 100_000,
    ],
    ids=["one letter", "a space", "lines", "umlauts", "astral", "quotes", "delete", "long"],
)
def test_a_body_comes_back_byte_for_byte_with_its_digest(queue, body):
    sent = queue.send(body)

    received = queue.receive_one()

    assert received["Body"] == body
    assert sent["MD5OfMessageBody"] == received["MD5OfBody"] == digests.of_body(body)
    assert sent["MessageId"] == received["MessageId"]


def test_a_plain_answer_tells_nothing_of_attributes_and_order(queue):
    sent = queue.send("tea")

    assert sent.keys() - {"ResponseMetadata"} == {"MessageId", "MD5OfMessageBody"}


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x0c", "\x0e", "\x1f", "\ufffe", "\uffff"])
def test_a_forbidden_character_is_refused(queue, character):
    with refused("InvalidMessageContents", INVALID_CHARACTERS):
        queue.send(f"tea{character}time")

    assert queue.counts == (0, 0, 0)


def test_half_a_surrogate_pair_is_refused(caller, queue):
    body = b'{"QueueUrl": "%s", "MessageBody": "tea \\ud83e time"}' % queue.url.encode()

    answer = caller.call(SQS, "SendMessage", body)

    assert answer.status == 400
    assert queue.counts == (0, 0, 0)


@pytest.mark.parametrize("parameters", [{"MessageBody": ""}, {}], ids=["empty", "absent"])
def test_a_message_needs_a_body(queue, parameters):
    with refused("MissingParameter", "The request must contain the parameter MessageBody."):
        queue.send_message(**parameters)


@pytest.mark.parametrize("limit", [1_024, 1_048_576])
def test_a_message_of_exactly_the_limit_is_taken_and_a_byte_more_refused(make_queue, limit):
    queue = make_queue(MaximumMessageSize=str(limit))

    queue.send("x" * limit)

    with refused(
        "InvalidParameterValue",
        f"One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.",
    ):
        queue.send("x" * (limit + 1))


def test_a_message_of_1_mib_is_taken_when_all_of_it_is_escaped_on_the_way(queue):
    body = "🫖" * 262_144

    queue.send(body)

    assert queue.receive_bodies() == [body]


def test_size_is_counted_in_bytes_and_includes_names_types_and_values_of_attributes(make_queue):
    queue = make_queue(MaximumMessageSize="1024")
    attributes = {"ä": text("value")}  # 2 + 6 + 5 bytes

    queue.send("é" * 505 + "x", MessageAttributes=attributes)

    with refused("InvalidParameterValue"):
        queue.send("é" * 506, MessageAttributes=attributes)


@pytest.mark.parametrize("seconds", [-1, 901])
def test_a_delay_beyond_its_range_is_refused(queue, seconds):
    reason = "DelaySeconds must be >= 0 and <= 900."

    with refused("InvalidParameterValue", out_of_range(seconds, "DelaySeconds", reason)):
        queue.send("tea", DelaySeconds=seconds)


def test_a_delayed_message_shows_once_its_delay_has_passed(queue):
    queue.send("tea", DelaySeconds=1)
    sent = time.monotonic()
    counted = queue.counts

    received = queue.receive_bodies(WaitTimeSeconds=3)

    assert counted == (0, 0, 1)
    assert received == ["tea"]
    assert 0.9 < time.monotonic() - sent < 2


def test_a_queues_own_delay_holds_for_messages_that_name_none(make_queue):
    queue = make_queue(DelaySeconds="900")

    queue.send("later")
    queue.send("now", DelaySeconds=0)

    assert queue.receive_bodies() == ["now"]
    assert queue.counts == (0, 1, 1)


def test_changing_a_queues_delay_leaves_messages_alone_that_were_sent(make_queue):
    queue = make_queue(DelaySeconds="900")
    queue.send("tea")

    queue.set_queue_attributes(Attributes={"DelaySeconds": "0"})

    assert queue.receive() == []


# Attributes of a message


@pytest.mark.parametrize(
    ("attributes", "digest"),
    [
        ({"color": text("blue")}, "da1b33cc3cbfe8b1630921e78e6b9880"),
        ({"timestamp": text("1493147359900", "Number")}, "235c5c510d26fb653d073faed50ae77c"),
    ],
)
def test_the_digest_of_attributes_is_the_published_one(queue, attributes, digest):
    assert queue.send("tea", MessageAttributes=attributes)["MD5OfMessageAttributes"] == digest


def test_attributes_of_all_kinds_come_back_with_their_digest(queue):
    sent = queue.send("tea", MessageAttributes=SEVERAL_KINDS)

    received = queue.receive_one(MessageAttributeNames=["All"])

    assert received["MessageAttributes"] == SEVERAL_KINDS
    assert (
        sent["MD5OfMessageAttributes"]
        == received["MD5OfMessageAttributes"]
        == digests.of_attributes(SEVERAL_KINDS)
    )


@pytest.mark.parametrize(
    "name",
    ["a", "A.b-c_9", "x" * 256, "grün", "aws", "AmazonTea"],
    ids=["short", "marks", "256", "umlaut", "aws", "amazon"],
)
def test_a_sound_attribute_name_is_taken(queue, name):
    queue.send("tea", MessageAttributes={name: text("v")})

    assert queue.receive_one(MessageAttributeNames=["All"])["MessageAttributes"].keys() == {name}


@pytest.mark.parametrize(
    "name",
    ["", "AWS.a", "aws.a", "Amazon.a", "aMaZoN.a", ".a", "a.", "a..b", "a b", "a/b", "x" * 257, "茶"],
)
def test_an_unsound_attribute_name_is_refused(queue, name):
    with refused("InvalidParameterValue"):
        queue.send("tea", MessageAttributes={name: text("v")})


def test_attribute_names_are_case_sensitive(queue):
    attributes = {"tea": text("green"), "Tea": text("black")}

    queue.send("tea", MessageAttributes=attributes)

    assert queue.receive_one(MessageAttributeNames=["Tea"])["MessageAttributes"] == {"Tea": text("black")}


def test_a_message_has_at_most_ten_attributes(queue):
    eleven = {f"a{number}": text("v") for number in range(11)}

    queue.send("tea", MessageAttributes=dict(list(eleven.items())[:10]))

    with refused("InvalidParameterValue"):
        queue.send("tea", MessageAttributes=eleven)


@pytest.mark.parametrize("kind", ["string", "Int", "", "Strings", "Boolean", "String." + "x" * 250])
def test_an_unknown_type_is_refused(queue, kind):
    with refused("InvalidParameterValue"):
        queue.send("tea", MessageAttributes={"n": text("v", kind)})


def test_an_unknown_type_is_refused_in_the_services_words(queue):
    with refused(
        "InvalidParameterValue",
        "The message attribute 'n' has an invalid message attribute type, "
        "the set of supported type prefixes is Binary, Number, and String.",
    ):
        queue.send("tea", MessageAttributes={"n": text("v", "Text")})


@pytest.mark.parametrize(
    ("attribute", "kind"),
    [
        (text(""), "String"),
        ({"DataType": "String"}, "String"),
        ({"DataType": "Binary", "BinaryValue": b""}, "Binary"),
        ({"DataType": "Binary", "StringValue": "text"}, "Binary"),
        ({"DataType": "Number", "BinaryValue": b"1"}, "Number"),
    ],
    ids=["empty", "absent", "empty bytes", "text for bytes", "bytes for a number"],
)
def test_a_value_is_not_empty_and_suits_its_type(queue, attribute, kind):
    words = f"Message (user) attribute 'n' must contain a non-empty value of type '{kind}'."

    with refused("InvalidParameterValue", words):
        queue.send("tea", MessageAttributes={"n": attribute})


@pytest.mark.parametrize("number", ["tea", "1,5", "0x1", "--1", "1e", " 1"])
def test_a_number_is_a_number(queue, number):
    with refused("InvalidParameterValue"):
        queue.send("tea", MessageAttributes={"n": text(number, "Number")})


@pytest.mark.parametrize("number", ["0", "-1.50", "+7", "1e10", "9" * 38])
def test_a_number_is_kept_as_it_was_written(queue, number):
    queue.send("tea", MessageAttributes={"n": text(number, "Number")})

    assert queue.receive_one(MessageAttributeNames=["n"])["MessageAttributes"]["n"]["StringValue"] == number


def test_a_forbidden_character_in_an_attribute_is_refused(queue):
    with refused("InvalidParameterValue"):
        queue.send("tea", MessageAttributes={"n": text("\x00")})


@pytest.mark.parametrize("member", [{"StringListValues": ["a"]}, {"BinaryListValues": [b"a"]}])
def test_lists_of_values_are_supported_by_nobody(queue, member):
    with refused("AWS.SimpleQueueService.UnsupportedOperation"):
        queue.send("tea", MessageAttributes={"n": {"DataType": "String", **member}})


def test_a_trace_header_travels_as_a_system_attribute_with_a_digest_of_its_own(queue):
    sent = queue.send("tea", MessageSystemAttributes={"AWSTraceHeader": text(TRACE)})

    received = queue.receive_one(MessageSystemAttributeNames=["AWSTraceHeader"])

    assert sent["MD5OfMessageSystemAttributes"] == "5ae4d5d7636402d80f4eb6d213245a88"
    assert "MD5OfMessageAttributes" not in sent
    assert received["Attributes"] == {"AWSTraceHeader": TRACE}


def test_the_trace_header_of_the_request_does_where_the_message_names_none(caller, queue):
    members = {"QueueUrl": queue.url, "MessageBody": "tea"}

    caller.call(SQS, "SendMessage", members, headers=[("X-Amzn-Trace-Id", TRACE)])

    assert queue.receive_one(MessageSystemAttributeNames=["All"])["Attributes"]["AWSTraceHeader"] == TRACE


def test_the_trace_header_of_the_request_does_for_each_message_of_a_batch(caller, queue):
    own = {"MessageSystemAttributes": {"AWSTraceHeader": text("Root=own")}}
    entries = [{"Id": "a", "MessageBody": "tea"}, {"Id": "b", "MessageBody": "coffee", **own}]

    caller.call(SQS, "SendMessageBatch", {"QueueUrl": queue.url, "Entries": entries}, headers=[("X-Amzn-Trace-Id", TRACE)])

    received = queue.receive(MessageSystemAttributeNames=["AWSTraceHeader"])
    assert [message["Attributes"]["AWSTraceHeader"] for message in received] == [TRACE, "Root=own"]


def test_a_trace_header_adds_nothing_to_a_messages_size(make_queue):
    queue = make_queue(MaximumMessageSize="1024")

    queue.send("x" * 1_024, MessageSystemAttributes={"AWSTraceHeader": text(TRACE)})

    assert queue.counts == (1, 0, 0)


@pytest.mark.parametrize(
    "attributes",
    [{"Colour": text("green")}, {"AWSTraceHeader": text("1", "Number")}],
    ids=["another name", "another type"],
)
def test_the_trace_header_is_the_only_system_attribute_that_can_be_sent(queue, attributes):
    with refused("InvalidParameterValue"):
        queue.send("tea", MessageSystemAttributes=attributes)


def test_a_standard_queue_does_not_deduplicate(queue):
    reason = "The request includes a parameter that is not valid for this queue type."

    with refused("InvalidParameterValue", out_of_range("d", "MessageDeduplicationId", reason)):
        queue.send("tea", MessageDeduplicationId="d")


def test_a_group_on_a_standard_queue_is_told_back_and_orders_nothing(queue):
    sent = queue.send("tea", MessageGroupId="tenant-1")
    queue.send("coffee", MessageGroupId="tenant-1")

    first = queue.receive_one(MessageSystemAttributeNames=["All"])
    second = queue.receive_one()

    assert "SequenceNumber" not in sent
    assert first["Attributes"]["MessageGroupId"] == "tenant-1"
    assert first["Attributes"].keys() == SYSTEM_ATTRIBUTES | {"MessageGroupId"}
    assert {first["Body"], second["Body"]} == {"tea", "coffee"}


@pytest.mark.parametrize("group", ["", "a b", "ä", "x" * 129])
def test_a_group_on_a_standard_queue_has_the_syntax_of_all_groups(queue, group):
    with refused("InvalidParameterValue"):
        queue.send("tea", MessageGroupId=group)


# Receiving


def test_an_empty_queue_answers_without_a_member_for_messages(queue):
    assert "Messages" not in queue.receive_message()


def test_one_message_is_received_unless_more_are_asked_for(queue):
    queue.send_all("a", "b")

    assert len(queue.receive_message()["Messages"]) == 1


def test_at_most_ten_messages_are_received_the_oldest_first(queue):
    bodies = [str(number) for number in range(12)]
    queue.send_all(*bodies)

    assert queue.receive_bodies(10) == bodies[:10]
    assert queue.receive_bodies(10) == bodies[10:]


@pytest.mark.parametrize(
    ("parameter", "value", "reason"),
    [
        ("MaxNumberOfMessages", 0, "Must be between 1 and 10, if provided."),
        ("MaxNumberOfMessages", 11, "Must be between 1 and 10, if provided."),
        ("WaitTimeSeconds", -1, "Must be >= 0 and <= 20, if provided."),
        ("WaitTimeSeconds", 21, "Must be >= 0 and <= 20, if provided."),
    ],
)
def test_a_receive_beyond_its_ranges_is_refused(queue, parameter, value, reason):
    with refused("InvalidParameterValue", out_of_range(value, parameter, reason)):
        queue.receive_message(**{parameter: value})


@pytest.mark.parametrize("seconds", [-1, 43_201])
def test_a_receive_hides_for_0_to_12_hours(queue, seconds):
    with refused("InvalidParameterValue"):
        queue.receive_message(VisibilityTimeout=seconds)


def test_a_message_tells_no_attributes_unless_asked(queue):
    queue.send("tea", MessageAttributes={"colour": text("green")})

    message = queue.receive_one()

    assert message.keys() == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body"}


def test_all_system_attributes_are_told_in_milliseconds_and_counts(queue):
    before = int(time.time() * 1_000)
    queue.send("tea")

    attributes = queue.receive_one(MessageSystemAttributeNames=["All"])["Attributes"]

    after = int(time.time() * 1_000)
    assert attributes.keys() == SYSTEM_ATTRIBUTES
    assert attributes["ApproximateReceiveCount"] == "1"
    assert attributes["SenderId"]
    assert before - 1 <= int(attributes["SentTimestamp"]) <= after
    assert int(attributes["SentTimestamp"]) <= int(attributes["ApproximateFirstReceiveTimestamp"]) <= after


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"AttributeNames": ["All"]}, SYSTEM_ATTRIBUTES),
        ({"AttributeNames": ["SentTimestamp"]}, {"SentTimestamp"}),
        ({"MessageSystemAttributeNames": ["SenderId", "SentTimestamp"]}, {"SenderId", "SentTimestamp"}),
        ({"AttributeNames": ["SenderId"], "MessageSystemAttributeNames": ["SentTimestamp"]}, {"SentTimestamp"}),
        ({"MessageSystemAttributeNames": ["SequenceNumber", "SenderId"]}, {"SenderId"}),
    ],
    ids=["old name", "old name, one", "two", "the new name wins", "one it lacks"],
)
def test_the_system_attributes_asked_for_are_told(queue, asked, told):
    queue.send("tea")

    assert queue.receive_one(**asked)["Attributes"].keys() == told


def test_an_unknown_system_attribute_is_refused(queue):
    with refused("InvalidAttributeName"):
        queue.receive_message(MessageSystemAttributeNames=["Colour"])


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["All"], {"color", "colour.a", "coal", "tea"}),
        ([".*"], {"color", "colour.a", "coal", "tea"}),
        (["*"], {"color", "colour.a", "coal", "tea"}),
        (["tea"], {"tea"}),
        (["tea", "coal"], {"tea", "coal"}),
        (["col.*"], {"color", "colour.a"}),
        (["colour.*"], {"colour.a"}),
        (["co.*", "tea"], {"color", "colour.a", "coal", "tea"}),
        (["Tea"], set()),
        (["milk"], set()),
        (["te", "tea..", ""], set()),
        ([], set()),
    ],
)
def test_attributes_are_chosen_by_name_and_prefix_and_digested_as_chosen(queue, asked, told):
    attributes = {name: text(name) for name in ("color", "colour.a", "coal", "tea")}
    queue.send("tea", MessageAttributes=attributes)

    message = queue.receive_one(MessageAttributeNames=asked)

    chosen = {name: attributes[name] for name in told}
    assert message.get("MessageAttributes", {}) == chosen
    assert message.get("MD5OfMessageAttributes") == (digests.of_attributes(chosen) if told else None)


def test_every_receive_has_a_receipt_of_its_own_and_is_counted(queue):
    queue.send("tea")

    received = [
        queue.receive_one(VisibilityTimeout=0, MessageSystemAttributeNames=["All"]) for _ in range(3)
    ]

    handles = {message["ReceiptHandle"] for message in received}
    assert len(handles) == 3
    assert all(0 < len(handle) <= 1_024 for handle in handles)
    assert [message["Attributes"]["ApproximateReceiveCount"] for message in received] == ["1", "2", "3"]
    assert len({message["Attributes"]["ApproximateFirstReceiveTimestamp"] for message in received}) == 1


def test_a_received_message_is_hidden_until_its_visibility_timeout_has_passed(make_queue):
    queue = make_queue(VisibilityTimeout="1")
    queue.send("tea")
    queue.receive_one()
    received = time.monotonic()

    at_once = queue.receive()
    later = queue.receive_bodies(WaitTimeSeconds=3)

    assert at_once == []
    assert later == ["tea"]
    assert 0.9 < time.monotonic() - received < 2


def test_a_receives_own_timeout_holds_for_that_receive_only(make_queue):
    queue = make_queue(VisibilityTimeout="900")
    queue.send("tea")

    queue.receive_one(VisibilityTimeout=0)
    queue.receive_one()

    assert queue.receive() == []
    assert queue.attributes["VisibilityTimeout"] == "900"


def test_a_timeout_of_zero_hands_each_message_out_once_in_a_receive(queue):
    queue.send_all("a", "b")

    assert queue.receive_bodies(10, VisibilityTimeout=0) == ["a", "b"]
    assert queue.counts == (2, 0, 0)


# Waiting


def test_a_waiting_receiver_is_served_as_soon_as_a_message_comes(queue, waiting):
    poll = waiting(queue)
    sent = time.monotonic()

    queue.send("tea")

    assert poll.read_bodies() == ["tea"]
    assert time.monotonic() - sent < 1


def test_a_wait_without_a_message_ends_empty(queue):
    begun = time.monotonic()

    answer = queue.receive_message(WaitTimeSeconds=1)

    assert "Messages" not in answer
    assert 0.9 < time.monotonic() - begun < 2


def test_a_queues_own_wait_holds_for_receives_that_name_none(make_queue):
    queue = make_queue(ReceiveMessageWaitTimeSeconds="1")
    begun = time.monotonic()

    queue.receive_message()

    assert 0.9 < time.monotonic() - begun < 2


def test_a_wait_of_zero_beats_the_queues_own(make_queue):
    queue = make_queue(ReceiveMessageWaitTimeSeconds="20")
    begun = time.monotonic()

    queue.receive_message(WaitTimeSeconds=0)

    assert time.monotonic() - begun < 1


def test_a_wait_does_not_go_on_to_fill_the_answer(queue):
    queue.send("tea")
    begun = time.monotonic()

    assert queue.receive_bodies(10, WaitTimeSeconds=20) == ["tea"]
    assert time.monotonic() - begun < 1


def test_a_waiting_receiver_is_served_when_a_message_is_shown_again(queue, waiting):
    queue.send("tea")
    message = queue.receive_one()
    poll = waiting(queue)

    queue.hide(message, 0)

    assert poll.read_bodies() == ["tea"]


def test_waiting_receivers_are_served_first_come_first_served(queue, waiting):
    first, second = waiting(queue), waiting(queue)

    queue.send("tea")
    queue.send("coffee")

    assert first.read_bodies() == ["tea"]
    assert second.read_bodies() == ["coffee"]


def test_a_receiver_who_hung_up_takes_no_message_along(queue, waiting):
    waiting(queue).close()
    waiting(queue).close()
    queue.get_queue_attributes(AttributeNames=["QueueArn"])

    queue.send("tea")

    message = queue.receive_one(MessageSystemAttributeNames=["ApproximateReceiveCount"], WaitTimeSeconds=1)
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_a_waiting_receiver_hears_that_the_queue_is_deleted(queue, waiting):
    poll = waiting(queue)

    queue.delete_queue()

    answer = poll.read()
    assert (answer.status, answer.code) == (400, NO_SUCH_QUEUE)


def test_many_receivers_between_them_get_every_message_once(queue):
    sent = {f"m{number}" for number in range(40)}
    queue.send_all(*sent)

    with ThreadPoolExecutor(8) as pool:
        received = [body for batch in pool.map(queue.receive_bodies, [10] * 8) for body in batch]

    assert sorted(received) == sorted(sent)


# Deleting and hiding


def test_a_deleted_message_never_comes_back(queue):
    queue.send("tea")
    message = queue.receive_one(VisibilityTimeout=0)

    queue.delete(message)

    assert queue.receive() == []
    assert queue.counts == (0, 0, 0)


def test_deleting_a_message_again_succeeds(queue):
    queue.send("tea")
    message = queue.receive_one()

    queue.delete(message)
    queue.delete(message)


def test_on_a_standard_queue_an_older_receipt_still_deletes(queue):
    queue.send("tea")
    older = queue.receive_one(VisibilityTimeout=0)
    queue.receive_one()

    queue.delete(older)

    assert queue.counts == (0, 0, 0)


@pytest.mark.parametrize("handle", ["garbage", "AAAA", "x" * 1_025, "ä"])
@pytest.mark.parametrize("deed", ["delete_message", "change_message_visibility"])
def test_garbage_is_no_receipt(queue, deed, handle):
    words = f'The input receipt handle "{handle}" is not a valid receipt handle.'
    parameters = {"VisibilityTimeout": 1} if deed == "change_message_visibility" else {}

    with refused("ReceiptHandleIsInvalid", words, status=404):
        getattr(queue, deed)(ReceiptHandle=handle, **parameters)


def test_a_forged_receipt_is_none(queue):
    queue.send("tea")
    handle = queue.receive_one()["ReceiptHandle"]
    forged = handle[:-4] + ("AAAA" if handle[-4:] != "AAAA" else "BBBB")

    with refused("ReceiptHandleIsInvalid", status=404):
        queue.delete_message(ReceiptHandle=forged)


@pytest.mark.parametrize("deed", ["delete", "hide"])
def test_a_receipt_of_another_queue_is_none_here(queue, make_queue, deed):
    queue.send("tea")
    message = queue.receive_one()
    other = make_queue()

    with refused("ReceiptHandleIsInvalid", status=404):
        other.delete(message) if deed == "delete" else other.hide(message, 1)


def test_deleting_needs_a_receipt(queue):
    with refused("MissingParameter", "The request must contain the parameter ReceiptHandle."):
        queue.delete_message()


def test_hiding_needs_a_timeout(queue):
    queue.send("tea")
    handle = queue.receive_one()["ReceiptHandle"]

    with refused("MissingParameter", "The request must contain the parameter VisibilityTimeout."):
        queue.change_message_visibility(ReceiptHandle=handle)


@pytest.mark.parametrize("seconds", [-1, 43_201])
def test_a_message_is_hidden_for_0_to_12_hours(queue, seconds):
    queue.send("tea")
    message = queue.receive_one()

    with refused("InvalidParameterValue"):
        queue.hide(message, seconds)


def test_a_message_hidden_for_zero_seconds_shows_at_once(queue):
    queue.send("tea")
    message = queue.receive_one()

    queue.hide(message, 0)

    assert queue.receive_bodies() == ["tea"]


def test_a_message_is_hidden_from_now_on_not_from_its_receive(queue):
    queue.send("tea")
    message = queue.receive_one(VisibilityTimeout=900)

    queue.hide(message, 1)
    hidden = time.monotonic()

    assert queue.receive_bodies(WaitTimeSeconds=3) == ["tea"]
    assert 0.9 < time.monotonic() - hidden < 2


def test_a_visible_message_is_hidden_again_through_an_old_receipt(queue):
    queue.send("tea")
    message = queue.receive_one(VisibilityTimeout=0)

    queue.hide(message, 900)

    assert queue.receive() == []
    assert queue.counts == (0, 1, 0)


def test_a_deleted_message_cannot_be_hidden(queue):
    queue.send("tea")
    message = queue.receive_one()
    queue.delete(message)
    reason = "Message does not exist or is not available for visibility timeout change."

    with refused("InvalidParameterValue", out_of_range(message["ReceiptHandle"], "ReceiptHandle", reason)):
        queue.hide(message, 1)


def test_a_message_is_hidden_for_12_hours_since_its_receive_at_most(queue):
    queue.send("tea")
    message = queue.receive_one()
    queue.hide(message, 43_200)
    time.sleep(1.001)
    reason = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]."

    with refused("InvalidParameterValue", out_of_range(43_200, "VisibilityTimeout", reason)):
        queue.hide(message, 43_200)
    queue.hide(message, 43_198)
