"""The protocol itself: what every request and answer looks like, without an SDK in between."""

from uuid import UUID

import pytest

from wire import KINESIS, SQS, Request

SQS_OWN = "com.amazonaws.sqs#"
FRAMEWORK = "com.amazon.coral.service#"
OLDER = "AWS.SimpleQueueService"
BAD_VALUE = "InvalidParameterValue"
BAD_ATTRIBUTE = "InvalidAttributeValue"
VOID = ["DeleteMessage", "ChangeMessageVisibility", "SetQueueAttributes", "PurgeQueue", "DeleteQueue"]


# SQS


def test_an_sqs_answer_has_its_type_and_an_id(caller, queue):
    answer = caller.call(SQS, "GetQueueUrl", {"QueueName": queue.name})

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert UUID(answer.headers["x-amzn-requestid"])
    assert answer.json == {"QueueUrl": queue.url}


@pytest.mark.parametrize("operation", VOID)
def test_an_operation_without_output_answers_with_an_empty_body(caller, queue, operation):
    queue.send("tea")
    members = {
        "QueueUrl": queue.url,
        "ReceiptHandle": queue.receive_one()["ReceiptHandle"],
        "VisibilityTimeout": 1,
        "Attributes": {"DelaySeconds": "0"},
    }

    answer = caller.call(SQS, operation, members)

    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("ReceiveMessage", {}),
        ("GetQueueAttributes", {}),
        ("ListQueues", {"QueueNamePrefix": "nobody-made-this"}),
    ],
)
def test_an_output_with_nothing_to_tell_is_an_empty_object(caller, queue, operation, members):
    answer = caller.call(SQS, operation, {"QueueUrl": queue.url, **members})

    assert answer.body == b"{}"


@pytest.mark.parametrize(
    ("operation", "members", "kind", "code"),
    [
        ("GetQueueUrl", {"QueueName": "x"}, f"{SQS_OWN}QueueDoesNotExist", f"{OLDER}.NonExistentQueue"),
        ("SendMessage", {}, f"{FRAMEWORK}MissingRequiredParameterException", "MissingParameter"),
        ("ReceiveMessage", {"WaitTimeSeconds": 21}, f"{FRAMEWORK}{BAD_VALUE}Exception", BAD_VALUE),
        ("DeleteMessage", {"ReceiptHandle": "x"}, f"{SQS_OWN}ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"),
        ("GetQueueAttributes", {"AttributeNames": ["x"]}, f"{SQS_OWN}InvalidAttributeName", "InvalidAttributeName"),
        ("SetQueueAttributes", {"Attributes": {"DelaySeconds": "x"}}, f"{SQS_OWN}{BAD_ATTRIBUTE}", BAD_ATTRIBUTE),
        ("SendMessage", {"MessageBody": "\0"}, f"{SQS_OWN}InvalidMessageContents", "InvalidMessageContents"),
        ("SendMessageBatch", {"Entries": []}, f"{SQS_OWN}EmptyBatchRequest", f"{OLDER}.EmptyBatchRequest"),
        ("TagQueues", {"Tags": {"a": "b"}}, f"{FRAMEWORK}UnknownOperationException", "InvalidAction"),
    ],
)
def test_an_sqs_error_has_a_namespace_and_tells_the_older_code_in_a_header(
    caller, queue, operation, members, kind, code
):
    answer = caller.call(SQS, operation, {"QueueUrl": queue.url, **members})

    assert answer.status == (404 if code == "ReceiptHandleIsInvalid" else 400)
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert answer.headers["x-amzn-query-error"] == f"{code};Sender"
    assert "x-amzn-errortype" not in answer.headers
    assert answer.json.keys() == {"__type", "message"}
    assert answer.json["__type"] == kind


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b"7", b"null", b"\xff", b'{"QueueName": }', b"[" * 5_000], ids=repr
)
def test_an_unreadable_sqs_body_is_told_as_such(caller, body):
    answer = caller.call(SQS, "GetQueueUrl", body)

    assert (answer.status, answer.code) == (400, "MalformedInput")
    assert answer.json["__type"] == "com.amazon.coral.service#SerializationException"


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("GetQueueUrl", {"QueueName": 7}),
        ("GetQueueUrl", {"QueueName": ["q"]}),
        ("GetQueueUrl", {"QueueName": {"q": 1}}),
        ("GetQueueUrl", {"QueueName": True}),
        ("SetQueueAttributes", {"Attributes": {"DelaySeconds": 5}}),
        ("SetQueueAttributes", {"Attributes": []}),
        ("GetQueueAttributes", {"AttributeNames": "All"}),
        ("ReceiveMessage", {"MaxNumberOfMessages": "10"}),
        ("SendMessage", {"MessageBody": {"order": 1}}),
        ("SendMessageBatch", {"Entries": {"Id": "1"}}),
    ],
)
def test_a_value_of_the_wrong_type_is_a_malformed_input(caller, queue, operation, members):
    assert caller.call(SQS, operation, {"QueueUrl": queue.url, **members}).code == "MalformedInput"


def test_unknown_members_and_nulls_count_as_absent(caller, queue):
    members = {"QueueUrl": queue.url, "MessageBody": "tea", "DelaySeconds": None, "Colour": "green"}

    assert caller.call(SQS, "SendMessage", members).status == 200
    assert queue.receive_bodies() == ["tea"]


@pytest.mark.parametrize("path", ["/", "/000000000000/any-queue", "/a%20b/"])
def test_sqs_is_spoken_on_any_path(caller, queue, path):
    answer = caller.call(SQS, "SendMessage", {"QueueUrl": queue.url, "MessageBody": "tea"}, path=path)

    assert answer.status == 200


def test_header_names_may_be_written_in_any_case(caller, queue):
    request = caller.sign(Request(SQS, "GetQueueUrl", {"QueueName": queue.name}))
    request.headers = [(name.upper(), value) for name, value in request.headers]

    assert caller.send(request).status == 200


def test_several_requests_travel_on_one_connection(caller, queue):
    answers = [caller.call(SQS, "SendMessage", {"QueueUrl": queue.url, "MessageBody": "tea"}) for _ in range(3)]
    local_port = caller.connection.sock.getsockname()[1]
    caller.call(SQS, "SendMessage", {"QueueUrl": queue.url, "MessageBody": "tea"})

    assert caller.connection.sock.getsockname()[1] == local_port
    assert len({answer.headers["x-amzn-requestid"] for answer in answers}) == 3


# Kinesis


def test_a_kinesis_answer_has_its_type_and_two_ids(caller, stream):
    answer = caller.call(KINESIS, "DescribeStreamSummary", {"StreamName": stream.name})

    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert UUID(answer.headers["x-amzn-requestid"])
    assert "date" in answer.headers
    assert "x-amz-id-2" in answer.headers


@pytest.mark.parametrize("operation", ["CreateStream", "DeleteStream"])
def test_a_kinesis_operation_without_output_answers_with_an_empty_body(caller, stream, fresh_name, operation):
    name = fresh_name if operation == "CreateStream" else stream.name

    answer = caller.call(KINESIS, operation, {"StreamName": name, "ShardCount": 1})

    assert (answer.status, answer.body) == (200, b"")


def test_a_kinesis_error_has_a_bare_type_and_a_message(caller):
    answer = caller.call(KINESIS, "DescribeStream", {"StreamName": "none"})

    assert answer.status == 400
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert answer.json == {
        "__type": "ResourceNotFoundException",
        "message": "Stream none under account 000000000000 not found.",
    }


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff", b""], ids=repr)
def test_an_unreadable_kinesis_body_is_told_without_words(caller, body):
    answer = caller.call(KINESIS, "ListStreams", body)

    assert answer.status == 400
    assert answer.json == {"__type": "SerializationException"}


TRUNCATING = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"
NO_LIST = "Start of list found where not expected"
NO_OBJECT = "Start of structure or map found where not expected."


@pytest.mark.parametrize(
    ("operation", "members", "words"),
    [
        ("DescribeStream", {"StreamName": True}, "class java.lang.Boolean can not be converted to an String"),
        ("DescribeStream", {"StreamName": 7}, f"{TRUNCATING} can not be converted to an String"),
        ("DescribeStream", {"StreamName": []}, NO_LIST),
        ("DescribeStream", {"StreamName": {}}, NO_OBJECT),
        ("CreateStream", {"ShardCount": True}, "class java.lang.Boolean can not be converted to an Integer"),
        ("CreateStream", {"ShardCount": "1"}, "class java.lang.String can not be converted to an Integer"),
        ("CreateStream", {"ShardCount": []}, NO_LIST),
        ("CreateStream", {"ShardCount": {}}, NO_OBJECT),
        ("DeleteStream", {"EnforceConsumerDeletion": 1}, f"{TRUNCATING} can not be converted to an Boolean"),
        ("DeleteStream", {"EnforceConsumerDeletion": "maybe"}, "'MAYBE' can not be converted to an Boolean"),
        ("PutRecord", {"Data": True}, "class java.lang.Boolean can not be converted to a Blob"),
        ("PutRecord", {"Data": 7}, f"{TRUNCATING} can not be converted to a Blob"),
        (
            "PutRecord",
            {"Data": "abc"},
            "'abc' can not be converted to a Blob: "
            "Base64 encoded length is expected a multiple of 4 bytes but found: 3",
        ),
        ("PutRecord", {"Data": "ab*d"}, "'ab*d' can not be converted to a Blob: Invalid Base64 character: '*'"),
        ("PutRecord", {"Data": "a=bc"}, "'a=bc' can not be converted to a Blob: Invalid Base64 character: '='"),
        (
            "PutRecord",
            {"Data": "ab=="},
            "'ab==' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
        ),
        ("PutRecords", {"Records": "tea"}, "Expected list or null"),
        ("PutRecords", {"Records": {}}, NO_OBJECT),
        ("PutRecords", {"Records": ["tea"]}, "Expected null"),
        ("PutRecords", {"Records": [[]]}, NO_LIST),
        ("CreateStream", {"Tags": "tea"}, "Expected map or null"),
        ("CreateStream", {"Tags": []}, NO_LIST),
        ("CreateStream", {"StreamModeDetails": 7}, "Expected null"),
        (
            "GetShardIterator",
            {"Timestamp": "now"},
            "class java.lang.String can not be converted to milliseconds since epoch",
        ),
        (
            "GetShardIterator",
            {"Timestamp": True},
            "class java.lang.Boolean can not be converted to milliseconds since epoch",
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_told_in_the_words_of_kinesis(caller, operation, members, words):
    whole = {"StreamName": "s", "Data": "", "PartitionKey": "k", "ShardId": "0", "ShardIteratorType": "LATEST"}
    if operation == "PutRecords":
        whole = {"StreamName": "s"}

    answer = caller.call(KINESIS, operation, {**whole, **members})

    assert answer.status == 400
    assert answer.json == {"__type": "SerializationException", "Message": words}


@pytest.mark.parametrize("truth", ["true", "False", "YES", "no", "1", "0"])
def test_a_truth_may_be_written_as_text(caller, stream, truth):
    members = {"StreamName": stream.name, "EnforceConsumerDeletion": truth}

    assert caller.call(KINESIS, "DeleteStream", members).status == 200


@pytest.mark.parametrize(("limit", "shards"), [(2.9, 2), (1e0, 1), (2**31 - 1, None), (10**30, None)])
def test_fractions_are_cut_off_and_numbers_too_large_clamped(caller, make_stream, limit, shards):
    stream = make_stream(4)

    answer = caller.call(KINESIS, "DescribeStream", {"StreamName": stream.name, "Limit": limit})

    if shards:
        assert len(answer.json["StreamDescription"]["Shards"]) == shards
    else:
        assert "Value '2147483647' at 'limit'" in answer.json["message"]


@pytest.mark.parametrize("content_type", ["application/x-amz-json-1.1; charset=utf-8", "application/x-amz-json-1.1"])
def test_parameters_of_the_content_type_are_not_looked_at(caller, content_type):
    request = Request(KINESIS, "ListStreams", {})
    request["Content-Type"] = content_type

    assert caller.send(caller.sign(request)).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_anything_but_a_post_is_denied_without_an_operation(caller, method):
    request = caller.sign(Request(KINESIS, "ListStreams", {}, method=method))

    answer = caller.send(request)

    assert answer.status == 403
    assert b"<AccessDeniedException>" in answer.body


def test_a_content_type_that_kinesis_does_not_speak_is_not_found(caller):
    request = Request(KINESIS, "ListStreams", {})
    request["Content-Type"] = "text/plain"

    answer = caller.send(caller.sign(request))

    assert (answer.status, answer.body) == (404, b"<UnknownOperationException/>\n")


def test_plain_json_never_works_with_kinesis(caller):
    request = Request(KINESIS, "ListStreams", {})
    request["Content-Type"] = "application/json"

    answer = caller.send(caller.sign(request))

    assert answer.status == 404
    assert answer.json["Output"]["__type"] == "com.amazon.coral.service#UnknownOperationException"
