"""HTTP/2 with prior knowledge, as the AWS SDKs for Java and JavaScript speak it to Kinesis."""

import base64
import shutil
import socket
import subprocess
import time

import pytest
from h2.settings import SettingCodes

import cbor
from broker import Broker
from http2 import HTTP2Caller
from pushes import MEDIA_TYPE, Frame, consumer
from wire import KINESIS, SQS, Request

SHARD = "shardId-000000000000"
MIB = 1_048_576


@pytest.fixture
def connect(broker):
    opened = []

    def connect(**how):
        opened.append(HTTP2Caller(broker.address, **how))
        return opened[-1]

    yield connect
    for caller in opened:
        caller.close()


@pytest.fixture
def caller(connect):
    return connect()


def put(stream, data: bytes, key="k"):
    return {"StreamName": stream.name, "Data": base64.b64encode(data).decode(), "PartitionKey": key}


def subscription(arn: str, kind="LATEST") -> dict:
    return {"ConsumerARN": arn, "ShardId": SHARD, "StartingPosition": {"Type": kind}}


def test_both_services_answer(caller, make_queue, stream):
    queue = make_queue()
    sent = caller.call(SQS, "SendMessage", {"QueueUrl": queue.url, "MessageBody": "tea"})
    placed = caller.call(KINESIS, "PutRecord", put(stream, b"tea"))

    assert (sent.status, placed.status) == (200, 200)
    assert sent.headers["content-type"] == SQS.content_type and "x-amzn-requestid" in sent.headers
    assert int(placed.headers["content-length"]) == len(placed.body)
    assert placed.json["ShardId"] == SHARD and "connection" not in placed.headers
    assert queue.receive_bodies() == ["tea"] and stream.read() == [b"tea"]


def test_errors_are_the_same(caller):
    unknown = caller.call(KINESIS, "DescribeStream", {"StreamName": "nowhere"})
    request = caller.sign(Request(KINESIS, "ListStreams", {}))
    request.replace("Authorization", "Signature=.", "Signature=x")

    assert (unknown.status, unknown.code) == (400, "ResourceNotFoundException")
    assert caller.end(caller.begin(request)).code == "InvalidSignatureException"
    assert caller.end(caller.begin(Request(KINESIS, "ListStreams", {}))).code == "MissingAuthenticationTokenException"


def test_cbor_is_spoken_too(caller, stream):
    members = {"StreamName": stream.name, "Data": b"tea", "PartitionKey": "k"}
    request = Request(KINESIS, "PutRecord", cbor.write(members))
    request["Content-Type"] = "application/x-amz-cbor-1.1"

    answer = caller.end(caller.begin(caller.sign(request)))

    assert cbor.read(answer.body)["ShardId"] == SHARD


def test_a_long_poll_holds_nobody_up(caller, make_queue):
    queue = make_queue()
    poll = caller.begin(caller.sign(Request(SQS, "ReceiveMessage", {"QueueUrl": queue.url, "WaitTimeSeconds": 20})))

    for _ in range(50):
        assert caller.call(SQS, "GetQueueUrl", {"QueueName": queue.name}).status == 200
    assert not caller.exchanges[poll].is_over
    caller.call(SQS, "SendMessage", {"QueueUrl": queue.url, "MessageBody": "tea"})

    [message] = caller.end(poll).json["Messages"]
    assert message["Body"] == "tea"


def test_a_long_poll_that_is_reset_takes_no_message(caller, make_queue):
    queue = make_queue()
    polls = [
        caller.begin(caller.sign(Request(SQS, "ReceiveMessage", {"QueueUrl": queue.url, "WaitTimeSeconds": 20})))
        for _ in range(10)
    ]
    for poll in polls:
        caller.reset(poll)

    caller.call(SQS, "SendMessage", {"QueueUrl": queue.url, "MessageBody": "tea"})

    assert queue.receive_bodies() == ["tea"]


def test_a_hundred_requests_are_under_way_at_a_time(caller, stream):
    assert caller.call(KINESIS, "ListStreams", {}).status == 200
    assert caller.h2.remote_settings[SettingCodes.MAX_CONCURRENT_STREAMS] == 100

    begun = [
        caller.begin(caller.sign(Request(KINESIS, "PutRecord", put(stream, str(number).encode()))))
        for number in range(100)
    ]

    assert all(caller.end(one).status == 200 for one in begun)
    assert sorted(map(int, stream.read())) == list(range(100))


def test_large_requests_and_answers_fit_through_the_windows(caller, stream):
    data = [bytes([65 + number]) * (MIB - 10) for number in range(6)]
    records = [{"Data": base64.b64encode(one).decode(), "PartitionKey": "k"} for one in data]
    assert caller.call(KINESIS, "PutRecords", {"StreamName": stream.name, "Records": records}).status == 200

    answer = caller.call(KINESIS, "GetRecords", {"ShardIterator": stream.iterator()})

    assert [base64.b64decode(record["Data"]) for record in answer.json["Records"]] == data


def test_a_body_that_is_too_large_is_refused(caller):
    announced = caller.begin(Request(KINESIS, "PutRecord", b"{"), headers=[("content-length", str(100 * MIB))], ends=False)
    assert caller.end(announced).status == 413
    silent = caller.begin(Request(KINESIS, "PutRecord", b" " * (15 * MIB)))
    assert caller.end(silent).status == 413

    assert caller.call(KINESIS, "ListStreams", {}).status == 200


def test_too_many_headers_are_refused(caller):
    many = [(f"x-{number}", "x") for number in range(120)]

    assert caller.end(caller.begin(Request(KINESIS, "ListStreams", {}), headers=many)).status == 431
    assert caller.call(KINESIS, "ListStreams", {}).status == 200


def test_records_are_pushed(caller, stream):
    subscribed = caller.begin(caller.sign(Request(KINESIS, "SubscribeToShard", subscription(consumer(stream)))))
    body = caller.file(subscribed)
    assert Frame.read(body).kind == "initial-response"
    exchange = caller.exchanges[subscribed]
    assert (exchange.status, exchange.headers["content-type"]) == (200, MEDIA_TYPE)
    assert "content-length" not in exchange.headers

    for number in range(20):
        put_at = caller.begin(caller.sign(Request(KINESIS, "PutRecord", put(stream, str(number).encode()))))
        [record] = Frame.read(body).json["Records"]
        assert base64.b64decode(record["Data"]) == str(number).encode()
        assert caller.end(put_at).status == 200


def test_whoever_takes_nothing_holds_up_only_himself(caller, stream):
    subscribed = caller.begin(caller.sign(Request(KINESIS, "SubscribeToShard", subscription(consumer(stream)))))
    caller.exchanges[subscribed].is_held = True  # so his window fills, but not the connection's
    caller.h2.increment_flow_control_window(8 * MIB)
    for _ in range(4):
        assert caller.call(KINESIS, "PutRecord", put(stream, b"x" * 500_000)).status == 200

    for _ in range(20):
        assert caller.call(KINESIS, "ListStreams", {}).status == 200
    exchange = caller.exchanges[subscribed]
    assert len(exchange.body) <= 65_535 and not exchange.is_over

    exchange.is_held = False
    caller.h2.increment_flow_control_window(8 * MIB, subscribed)
    caller.flush()
    body, pushed = caller.file(subscribed), 0
    assert Frame.read(body).kind == "initial-response"
    while pushed < 4:
        pushed += len(Frame.read(body).json["Records"])


def test_a_subscription_that_is_reset_harms_no_other(caller, stream):
    arns = [consumer(stream, name) for name in ("goes", "stays")]
    goes, stays = (caller.begin(caller.sign(Request(KINESIS, "SubscribeToShard", subscription(arn)))) for arn in arns)
    body = caller.file(stays)
    assert Frame.read(body).kind == "initial-response"

    caller.reset(goes)
    caller.call(KINESIS, "PutRecord", put(stream, b"tea"))

    assert len(Frame.read(body).json["Records"]) == 1


def test_the_preface_may_come_in_pieces(broker):
    host, port = broker.address.split(":")
    with socket.create_connection((host, int(port)), 30) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (b"P", b"RI * HT", b"TP/2.0\r\n\r\nSM\r\n", b"\r\n", b"\0\0\0\4\0\0\0\0\0"):
            plain.sendall(piece)
            time.sleep(0.01)
        assert plain.recv(9)[3] == 4  # SETTINGS


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl_is_answered(broker):
    answer = subprocess.run(
        ["curl", "-s", "--http2-prior-knowledge", "-w", "%{http_version} %{http_code}", f"{broker.url}/health/live"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert answer.stdout == "live\n2 200"


def test_a_broker_that_stops_says_goodbye_and_finishes(tmp_path):
    broker = Broker(tmp_path)
    caller = HTTP2Caller(broker.address)
    arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
    caller.call(KINESIS, "CreateStream", {"StreamName": "s", "ShardCount": 1})
    registered = caller.call(KINESIS, "RegisterStreamConsumer", {"StreamARN": arn, "ConsumerName": "r"}).json
    url = caller.call(SQS, "CreateQueue", {"QueueName": "q"}).json["QueueUrl"]
    poll = caller.begin(caller.sign(Request(SQS, "ReceiveMessage", {"QueueUrl": url, "WaitTimeSeconds": 20})))
    members = subscription(registered["Consumer"]["ConsumerARN"])
    subscribed = caller.begin(caller.sign(Request(KINESIS, "SubscribeToShard", members)))
    assert Frame.read(caller.file(subscribed)).kind == "initial-response"
    begin = time.monotonic()

    broker.process.terminate()
    answers = [caller.end(poll), caller.end(subscribed)]
    while not caller.is_closed:
        caller.pump()

    assert broker.stop() == 0 and time.monotonic() - begin < 5
    assert [answer.status for answer in answers] == [200, 200]
    assert not caller.exchanges[subscribed].was_reset
    assert caller.farewells
