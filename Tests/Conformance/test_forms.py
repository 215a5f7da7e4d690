"""The older protocol of SQS, forms and XML, where an SDK hides the matter: requests by hand, GET, paths, presigned URLs."""

import json
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import quote, quote_plus, urlencode, urlsplit

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from wire import ACCOUNT, DEVELOPER, REGION, SQS, Key, Request, now

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


# Operations with lists and maps


def test_tags_are_pairs_and_their_keys_a_list(ask, queue):
    at = [("QueueUrl", queue.url)]
    tags = [("Tag.1.Key", "team"), ("Tag.1.Value", "tea"), ("Tag.2.Key", "room"), ("Tag.2.Value", ""), ("Tag.3.Key", "x")]

    ask("TagQueue", [*at, *tags, ("Tag.3.Value", "y")])
    ask("UntagQueue", [*at, ("TagKey.1", "room"), ("TagKey.2", "x")])

    answer = ask("ListQueueTags", at)
    assert found(answer, "ListQueueTagsResult", "Tag", "Key") == ["team"]
    assert found(answer, "ListQueueTagsResult", "Tag", "Value") == ["tea"]


def test_a_queue_is_made_with_attributes_and_tags(ask, fresh_name):
    pairs = [("Attribute.1.Name", "DelaySeconds"), ("Attribute.1.Value", "7"), ("Tag.1.Key", "a"), ("Tag.1.Value", "1")]

    [url] = found(ask("CreateQueue", [("QueueName", fresh_name), *pairs]), "CreateQueueResult", "QueueUrl")

    asked = ask("GetQueueAttributes", [("QueueUrl", url), ("AttributeName.1", "DelaySeconds")])
    assert found(asked, "GetQueueAttributesResult", "Attribute", "Value") == ["7"]
    assert found(ask("ListQueueTags", [("QueueUrl", url)]), "ListQueueTagsResult", "Tag", "Key") == ["a"]


def test_a_permission_is_given_by_lists_and_taken_back_by_its_label(ask, queue):
    at = [("QueueUrl", queue.url), ("Label", "partner")]
    lists = [("AWSAccountId.1", "123456789012"), ("ActionName.1", "SendMessage"), ("ActionName.2", "GetQueueUrl")]

    ask("AddPermission", [*at, *lists])
    policy = json.loads(queue.attributes["Policy"])
    ask("RemovePermission", at)

    assert policy["Statement"][0]["Action"] == ["SQS:SendMessage", "SQS:GetQueueUrl"]
    assert "Policy" not in queue.attributes


def test_a_move_task_is_begun_listed_and_cancelled(ask, make_queue):
    dead = make_queue()
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1})
    queue = make_queue(RedrivePolicy=policy)
    queue.send_all("1", "2", "3")
    for _ in range(2):
        queue.receive(VisibilityTimeout=0)

    begun = ask("StartMessageMoveTask", [("SourceArn", dead.arn), ("MaxNumberOfMessagesPerSecond", "1")])
    [handle] = found(begun, "StartMessageMoveTaskResult", "TaskHandle")
    listed = ask("ListMessageMoveTasks", [("SourceArn", dead.arn), ("MaxResults", "10")])
    cancelled = ask("CancelMessageMoveTask", [("TaskHandle", handle)])

    entry = ("ListMessageMoveTasksResult", "ListMessageMoveTasksResultEntry")
    assert found(listed, *entry, "TaskHandle") == [handle]
    assert found(listed, *entry, "Status") == ["RUNNING"]
    assert found(listed, *entry, "ApproximateNumberOfMessagesToMove") == ["3"]
    [moved] = found(cancelled, "CancelMessageMoveTaskResult", "ApproximateNumberOfMessagesMoved")
    assert int(moved) <= 3


# URLs that carry their signature


def presigned(broker, fields, secret=DEVELOPER.secret) -> str:
    """A link that anybody may follow for a while, as botocore signs it."""
    request = AWSRequest("GET", f"{broker.url}/?{urlencode([*fields, ('Version', '2012-11-05')], quote_via=quote)}")
    SigV4QueryAuth(Credentials(DEVELOPER.id, secret), "sqs", REGION, expires=60).add_auth(request)
    return request.url


def follow(link: str) -> tuple[int, bytes]:
    parts = urlsplit(link)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", f"{parts.path}?{parts.query}")
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


def test_a_signed_link_is_a_request(broker, make_queue):
    queue = make_queue()
    link = presigned(broker, [("Action", "SendMessage"), ("QueueUrl", queue.url), ("MessageBody", "by link & more")])

    status, _ = follow(link)

    assert status == 200
    assert queue.receive_bodies() == ["by link & more"]


@pytest.mark.parametrize("bend", ["body", "secret", "age"])
def test_a_link_that_was_bent_or_is_too_old_is_none(broker, make_queue, monkeypatch, bend):
    queue = make_queue()
    wish = [("Action", "SendMessage"), ("QueueUrl", queue.url), ("MessageBody", "mine")]
    if bend == "age":
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: now() - timedelta(seconds=62))
    link = presigned(broker, wish, secret="wrong" if bend == "secret" else DEVELOPER.secret)

    status, document = follow(link.replace("MessageBody=mine", "MessageBody=yours") if bend == "body" else link)

    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in document
    assert queue.counts == (0, 0, 0)


# JSON in the shape of the XML


@pytest.fixture
def ask_for_json(caller):
    def ask(action, fields=(), accept="application/json", **how):
        headers = [("Accept", accept)]
        return caller.send(caller.sign(Form(action, fields, method="GET", headers=headers, **how)))

    return ask


def test_whoever_gets_and_accepts_json_is_told_queues_in_json(ask_for_json, make_queue):
    queue = make_queue()

    answer = ask_for_json("ListQueues", [("QueueNamePrefix", queue.name)])

    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    assert answer.json["ListQueuesResponse"]["ListQueuesResult"] == {"queueUrls": [queue.url]}
    identity = answer.headers["x-amzn-requestid"]
    assert answer.json["ListQueuesResponse"]["ResponseMetadata"] == {"RequestId": identity}


def test_in_json_attributes_are_a_list_of_names_and_values(ask_for_json, queue):
    answer = ask_for_json("GetQueueAttributes", [("QueueUrl", queue.url), ("AttributeName.1", "DelaySeconds")])

    result = answer.json["GetQueueAttributesResponse"]["GetQueueAttributesResult"]
    assert result == {"Attributes": [{"Name": "DelaySeconds", "Value": "0"}]}


def test_in_json_messages_come_with_their_attributes(ask_for_json, make_queue):
    queue = make_queue()
    queue.send('a "quoted" body\r\n', MessageAttributes={"colour": {"DataType": "String", "StringValue": "green"}})

    names = [("MessageAttributeName.1", "All"), ("AttributeName.1", "ApproximateReceiveCount")]
    answer = ask_for_json("ReceiveMessage", names, path=path_of(queue))

    [message] = answer.json["ReceiveMessageResponse"]["ReceiveMessageResult"]["messages"]
    assert message["Body"] == 'a "quoted" body\r\n'
    assert message["Attributes"] == [{"Name": "ApproximateReceiveCount", "Value": "1"}]
    assert message["MessageAttributes"] == [{"Name": "colour", "Value": {"StringValue": "green", "DataType": "String"}}]
    queue.delete(message)


def test_in_json_an_operation_without_output_tells_metadata_alone(ask_for_json, queue):
    answer = ask_for_json("PurgeQueue", [("QueueUrl", queue.url)])

    assert answer.json["PurgeQueueResponse"].keys() == {"ResponseMetadata"}


def test_in_json_an_error_has_its_code_and_words(ask_for_json):
    answer = ask_for_json("PurgeQueue", [("QueueUrl", "http://localhost/000000000000/nowhere")])

    assert answer.status == 400
    assert answer.json["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert answer.json["Error"]["Message"] == "The specified queue does not exist for this wsdl version."
    assert answer.json["RequestId"] == answer.headers["x-amzn-requestid"]


@pytest.mark.parametrize("accept", ["text/xml", "*/*", "application/jsonish"])
def test_whoever_accepts_anything_else_is_told_xml(ask_for_json, accept):
    assert ask_for_json("ListQueues", accept=accept).headers["content-type"] == "text/xml"


def test_whoever_posts_is_told_xml_whatever_is_accepted(ask):
    answer = ask("ListQueues", headers=[("Accept", "application/json")])

    assert answer.headers["content-type"] == "text/xml"


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
