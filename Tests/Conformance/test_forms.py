"""The older protocol of SQS, forms and XML, where an SDK hides the matter: requests by hand, GET, paths, presigned URLs."""

import json
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from urllib.parse import quote, quote_plus, urlencode

import pytest

from wire import ACCOUNT, SQS, Key, Request

XML = "{http://queue.amazonaws.com/doc/2012-11-05/}"
FORMS = replace(SQS, content_type="application/x-www-form-urlencoded")


class Form(Request):
    """A form in the making; its fields go into the body, or behind the path of a GET."""

    def __init__(self, action: str | None, fields=(), path="/", method="POST", headers=()):
        pairs = [*([("Action", action)] if action else []), ("Version", "2012-11-05"), *fields]
        text = urlencode(pairs, quote_via=quote if method == "GET" else quote_plus)
        in_query = method == "GET"  # where a signature wants %20, and no plus
        super().__init__(
            FORMS, "", b"" if in_query else text.encode(), path, text if in_query else "", list(headers), method
        )
        self.without("X-Amz-Target")
        if in_query:
            self.without("Content-Type")


@pytest.fixture
def ask(caller):
    """Sends a signed form and reads the document that comes back."""

    def ask(action, fields=(), **how):
        answer = caller.send(caller.sign(Form(action, fields, **how)))
        answer.document = ElementTree.fromstring(answer.body) if answer.body else None
        return answer

    return ask


def found(answer, *names) -> list[str]:
    """The texts of all elements at the end of a way of names."""
    return [element.text for element in answer.document.findall("/".join(XML + name for name in names))]


def error(answer) -> tuple:
    return answer.status, *found(answer, "Error", "Code"), *found(answer, "Error", "Message")


def path_of(queue) -> str:
    return f"/{ACCOUNT}/{queue.name}"


def test_an_answer_is_a_document_that_repeats_the_requests_id(ask, make_queue):
    queue = make_queue()

    answer = ask("SendMessage", [("QueueUrl", queue.url), ("MessageBody", "hello")])

    assert answer.status == 200 and answer.headers["content-type"] == "text/xml"
    assert answer.document.tag == f"{XML}SendMessageResponse"
    assert found(answer, "SendMessageResult", "MD5OfMessageBody") == ["5d41402abc4b2a76b9719d911017c592"]
    assert found(answer, "ResponseMetadata", "RequestId") == [answer.headers["x-amzn-requestid"]]


def test_an_operation_without_output_tells_metadata_alone(ask, queue):
    answer = ask("PurgeQueue", [("QueueUrl", queue.url)])

    assert [element.tag for element in answer.document] == [f"{XML}ResponseMetadata"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_queue_is_named_by_its_path(ask, make_queue, method):
    queue = make_queue()

    ask("SendMessage", [("MessageBody", "by path")], path=path_of(queue), method=method)

    assert queue.receive_message()["Messages"][0]["Body"] == "by path"


def test_a_queue_url_in_the_form_wins_over_the_path(ask, make_queue):
    named, other = make_queue(), make_queue()

    ask("SendMessage", [("QueueUrl", named.url), ("MessageBody", "x")], path=path_of(other))

    assert "Messages" in named.receive_message() and "Messages" not in other.receive_message()


@pytest.mark.parametrize("action", ["CreateQueue", "ListQueues"])
def test_what_concerns_no_queue_is_not_asked_at_a_queues_path(ask, queue, action):
    answer = ask(action, [("QueueName", "new")], path=path_of(queue))

    assert error(answer) == (400, "InvalidAction", f"The action {action} is not valid for this endpoint.")


def test_the_url_of_a_queue_can_be_asked_for_anywhere(ask, queue):
    answer = ask("GetQueueUrl", [("QueueName", queue.name)], path="/000000000000/some-other")

    assert found(answer, "GetQueueUrlResult", "QueueUrl") == [queue.url]


def test_looking_at_a_queues_url_finds_no_operation(caller, queue):
    answer = caller.send(caller.sign(Form(None, path=path_of(queue), method="GET")))

    assert (answer.status, answer.body) == (404, b"<UnknownOperationException/>")


@pytest.mark.parametrize("action", ["Fly", "sendmessage", "AddPermissions"])
def test_an_unknown_action_is_refused_by_name(ask, action):
    assert error(ask(action)) == (400, "InvalidAction", f"The action {action} is not valid for this endpoint.")


def test_a_form_without_an_action_is_refused(ask):
    assert error(ask(None))[:2] == (400, "MissingAction")


def test_a_missing_queue_is_told_in_words_of_its_own(ask):
    answer = ask("PurgeQueue", [("QueueUrl", "http://localhost/000000000000/nowhere")])

    assert error(answer) == (
        400,
        "AWS.SimpleQueueService.NonExistentQueue",
        "The specified queue does not exist for this wsdl version.",
    )
    assert found(answer, "Error", "Type") == ["Sender"]
    assert found(answer, "RequestId") == [answer.headers["x-amzn-requestid"]]


def test_an_error_has_its_status(ask, queue):
    answer = ask("DeleteMessage", [("QueueUrl", queue.url), ("ReceiptHandle", "garbage")])

    assert error(answer)[:2] == (404, "ReceiptHandleIsInvalid")


def test_a_number_that_is_none_is_refused(ask, queue):
    answer = ask("ReceiveMessage", [("QueueUrl", queue.url), ("MaxNumberOfMessages", "many")])

    assert error(answer)[:2] == (400, "MalformedInput")


def test_elements_are_taken_in_the_order_of_their_numbers(ask, make_fifo):
    queue = make_fifo()
    entries = [(place, f"SendMessageBatchRequestEntry.{place}") for place in (10, 2, 1)]
    fields = [
        field
        for place, entry in entries
        for field in [(f"{entry}.Id", f"e{place}"), (f"{entry}.MessageBody", f"b{place}"), (f"{entry}.MessageGroupId", "g")]
    ]

    answer = ask("SendMessageBatch", [("QueueUrl", queue.url), *fields])

    assert found(answer, "SendMessageBatchResult", "SendMessageBatchResultEntry", "Id") == ["e1", "e2", "e10"]
    bodies = [message["Body"] for message in queue.receive_message(MaxNumberOfMessages=10)["Messages"]]
    assert bodies == ["b1", "b2", "b10"]


@pytest.mark.parametrize("name", ["AttributeName", "AttributeName.1"])
def test_an_element_without_a_number_is_the_first(ask, queue, name):
    answer = ask("GetQueueAttributes", [("QueueUrl", queue.url), (name, "DelaySeconds")])

    assert found(answer, "GetQueueAttributesResult", "Attribute", "Name") == ["DelaySeconds"]
    assert found(answer, "GetQueueAttributesResult", "Attribute", "Value") == ["0"]


def test_attributes_of_a_message_come_back_as_they_went(ask, queue):
    fields = [
        ("MessageAttribute.1.Name", "color"),
        ("MessageAttribute.1.Value.DataType", "String"),
        ("MessageAttribute.1.Value.StringValue", "blue"),
        ("MessageAttribute.2.Name", "raw"),
        ("MessageAttribute.2.Value.DataType", "Binary"),
        ("MessageAttribute.2.Value.BinaryValue", "AAH/"),
    ]
    ask("SendMessage", [("QueueUrl", queue.url), ("MessageBody", "x"), *fields])

    answer = ask("ReceiveMessage", [("QueueUrl", queue.url), ("MessageAttributeName.1", "All")])

    message = ("ReceiveMessageResult", "Message", "MessageAttribute")
    assert found(answer, *message, "Name") == ["color", "raw"]
    assert found(answer, *message, "Value", "StringValue") == ["blue"]
    assert found(answer, *message, "Value", "BinaryValue") == ["AAH/"]


def test_a_body_survives_xml(ask, queue):
    body = "<a href=\"x\">&amp; ]]>\r\n\r\ttab ü 漢 😀 +%20+</a>"
    ask("SendMessage", [("QueueUrl", queue.url), ("MessageBody", body)])

    answer = ask("ReceiveMessage", [("QueueUrl", queue.url)])

    assert found(answer, "ReceiveMessageResult", "Message", "Body") == [body]


def test_both_protocols_see_the_same_queue(client, make_queue, old_models):
    queue = make_queue()
    for protocol, other in [("json", "query"), ("query", "json")]:
        client("sqs", protocol=protocol).send_message(QueueUrl=queue.url, MessageBody=protocol)
        message = client("sqs", protocol=other).receive_message(QueueUrl=queue.url)["Messages"][0]
        assert message["Body"] == protocol
        client("sqs", protocol=protocol).delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])


def test_a_key_may_do_in_a_form_what_it_may_do_at_all(make_caller, queue):
    function = make_caller(key=Key.of("function"))

    answer = function.send(function.sign(Form("PurgeQueue", [("QueueUrl", queue.url)])))

    assert answer.status == 403 and b"<Code>AccessDenied</Code>" in answer.body


@pytest.mark.parametrize("bend", ["body", "secret", "nothing signed"])
def test_a_form_needs_a_good_signature(caller, queue, bend):
    form = Form("PurgeQueue", [("QueueUrl", queue.url)])
    caller.sign(form, key=Key("test", "wrong") if bend == "secret" else None)
    if bend == "body":
        form.body += b"&x=y"
    if bend == "nothing signed":
        form.without("Authorization")

    answer = caller.send(form)

    expected = "AccessDenied" if bend == "nothing signed" else "SignatureDoesNotMatch"
    assert answer.status == 403 and f"<Code>{expected}</Code>".encode() in answer.body


def test_more_than_any_form_could_mean_is_refused(ask, queue):
    answer = ask("GetQueueAttributes", [("QueueUrl", queue.url), *[(f"AttributeName.{n}", "All") for n in range(2_001)]])

    assert error(answer)[:2] == (400, "MalformedInput")


SCRIPT = """
import boto3, botocore, json, sys
sqs = boto3.client("sqs", endpoint_url=sys.argv[1], region_name="us-east-1",
                   aws_access_key_id="test", aws_secret_access_key="test")
url = sqs.create_queue(QueueName="of-old.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
for n in range(3):
    sqs.send_message(QueueUrl=url, MessageBody=str(n), MessageGroupId="g", MessageDeduplicationId=str(n))
got = []
while len(got) < 3:
    for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)["Messages"]:
        got.append(message["Body"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
sqs.delete_queue(QueueUrl=url)
try:
    sqs.get_queue_url(QueueName="of-old.fifo")
except sqs.exceptions.QueueDoesNotExist:
    got.append("gone")
print(json.dumps([botocore.__version__, sqs.meta.service_model.metadata["protocol"], got]))
"""


def test_a_boto3_of_2023_works_as_it_is(old_python, broker):
    ran = subprocess.run([old_python, "-c", SCRIPT, broker.url], capture_output=True, text=True, timeout=60)

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == ["1.29.165", "query", ["0", "1", "2", "gone"]]
