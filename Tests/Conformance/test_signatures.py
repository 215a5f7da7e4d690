"""Signatures: what was not signed, or not so, is refused with Amazon's code and leaves nothing behind."""

import base64
import json
import random
import time
from datetime import timedelta
from urllib.parse import quote

import pytest

from places import Queue, Stream
from wire import ACCOUNT, KINESIS, NO_ANSWER, SQS, Key, Request, payload_hash

MISSING = "missing"
UNKNOWN_KEY = "unknown key"
MISMATCH = "mismatch"
INCOMPLETE = "incomplete"
UNKNOWN_OPERATION = "unknown operation"
TOO_LARGE = "too large"
CUT_OFF = "cut off"

CODES = {
    SQS: {
        MISSING: (403, "AccessDenied"),
        UNKNOWN_KEY: (403, "InvalidClientTokenId"),
        MISMATCH: (403, "SignatureDoesNotMatch"),
        INCOMPLETE: (400, "IncompleteSignature"),
        UNKNOWN_OPERATION: (400, "InvalidAction"),
        TOO_LARGE: (431, None),
        CUT_OFF: (None, None),
    },
    KINESIS: {
        MISSING: (400, "MissingAuthenticationTokenException"),
        UNKNOWN_KEY: (400, "UnrecognizedClientException"),
        MISMATCH: (400, "InvalidSignatureException"),
        INCOMPLETE: (400, "IncompleteSignatureException"),
        UNKNOWN_OPERATION: (400, "UnknownOperationException"),
        TOO_LARGE: (431, None),
        CUT_OFF: (None, None),
    },
}

FORGERIES = {}


def forgery(*outcomes: str):
    """Notes a way to forge a request; any of the outcomes is a sound refusal of it."""

    def note(forge):
        FORGERIES[forge.__name__] = (forge, outcomes)
        return forge

    return note


def forgeries(outcome: str, **cases):
    """Notes many ways that differ in how the request is signed, or in what is done to it afterwards."""
    for name, forge in cases.items():
        FORGERIES[name] = (forge, (outcome,))


def signed(**how):
    return lambda caller, request: caller.sign(request, **how)


def altered(name: str, pattern: str, replacement):
    """Signed as it should be, and then a header changed."""

    def forge(caller, request):
        caller.sign(request).replace(name, pattern, replacement)

    return forge


def authorization(pattern: str, replacement):
    return altered("Authorization", pattern, replacement)


# No signature, or none that can be read


@forgery(MISSING)
def no_header(caller, request):
    request.headers.append(("Host", caller.address))


@forgery(MISSING, INCOMPLETE)
def empty_header(caller, request):
    caller.sign(request)["Authorization"] = ""


forgeries(
    INCOMPLETE,
    bearer=authorization(r".*", "Bearer eyJhbGciOiJIUzI1NiJ9"),
    basic=authorization(r".*", "Basic dGVzdDp0ZXN0"),
    sha1=authorization("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
    no_algorithm=authorization("AWS4-HMAC-SHA256", "none"),
    ecdsa=authorization("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
    signature_missing=authorization(", Signature=.*", ""),
    signature_empty=authorization("Signature=.*", "Signature="),
    signed_headers_missing=authorization("SignedHeaders=[^,]*, ", ""),
    signed_headers_empty=authorization("SignedHeaders=[^,]*", "SignedHeaders="),
    credential_missing=authorization("Credential=[^,]*, ", ""),
    credential_of_four_parts=authorization("/us-east-1/", "/"),
    credential_of_six_parts=authorization("/us-east-1/", "/us/east-1/"),
    key_empty=authorization("Credential=test/", "Credential=/"),
    signature_twice=authorization(r"(, Signature=.*)", r"\1\1"),
)


@forgery(TOO_LARGE, CUT_OFF)
def credential_of_16_kb(caller, request):
    caller.sign(request).replace("Authorization", "Credential=", "Credential=" + "x" * 16_384)


@forgery(INCOMPLETE)
def date_missing(caller, request):
    caller.sign(request).without("X-Amz-Date")


@forgery(INCOMPLETE)
def date_malformed(caller, request):
    caller.sign(request)["X-Amz-Date"] = "yesterday"


@forgery(INCOMPLETE, MISMATCH)
def date_doubled(caller, request):
    caller.sign(request).headers.append(("X-Amz-Date", request["X-Amz-Date"]))


@forgery(INCOMPLETE)
def two_headers_the_good_one_first(caller, request):
    caller.sign(request).headers.append(("Authorization", "Basic dGVzdDp0ZXN0"))


@forgery(INCOMPLETE)
def two_headers_the_good_one_last(caller, request):
    caller.sign(request).headers.insert(0, ("Authorization", "Basic dGVzdDp0ZXN0"))


@forgery(INCOMPLETE, MISMATCH)
def terminator_changed(caller, request):
    caller.sign(request).replace("Authorization", "aws4_request", "aws5_request")


# Wrong keys


forgeries(
    UNKNOWN_KEY,
    key_unknown=signed(key=Key("nobody", "test")),
    key_in_capitals=signed(key=Key("TEST", "test")),
    key_with_more_behind_it=signed(key=Key("test2", "test")),
    session_token_invented=signed(token="FwoGZXIvYXdzEBYaD"),
)
forgeries(
    MISMATCH,
    secret_wrong=signed(key=Key("test", "Test")),
    secret_empty=signed(key=Key("test", "")),
    secret_of_another_key=signed(key=Key("test", Key.of("shop").secret)),
    key_exchanged=authorization("Credential=test/", "Credential=shop/"),
)


# Wrong times and scopes


forgeries(
    MISMATCH,
    twenty_minutes_old=signed(ago=timedelta(minutes=20)),
    a_day_old=signed(ago=timedelta(days=1)),
    twenty_minutes_ahead=signed(ago=-timedelta(minutes=20)),
    a_year_ahead=signed(ago=-timedelta(days=365)),
    another_day_in_scope=authorization(r"/\d{8}/", "/20150830/"),
    another_region_in_scope=authorization("/us-east-1/", "/eu-north-1/"),
    another_service_in_scope=authorization("/(sqs|kinesis)/", "/sns/"),
    signed_for_another_service=signed(service="sns"),
    date_moved_on=altered("X-Amz-Date", r"(\d)Z", lambda match: f"{(int(match[1]) + 1) % 10}Z"),
)


@forgery(MISMATCH)
def signed_for_the_other_service_of_the_two(caller, request):
    caller.sign(request, service=(KINESIS if request.service is SQS else SQS).name)


# Not signed, or signed and then changed


forgeries(
    MISMATCH,
    host_not_signed=signed(unsigned=["host"]),
    target_not_signed=signed(unsigned=["x-amz-target"]),
    date_not_signed=signed(unsigned=["x-amz-date"]),
    host_changed=altered("Host", r"127\.0\.0\.1", "localhost"),
    signature_short=authorization("Signature=..", "Signature="),
    signature_one_bit_off=authorization(
        "Signature=(.)", lambda match: f"Signature={int(match[1], 16) ^ 1:x}"
    ),
    signature_with_more_behind_it=authorization("$", "00"),
    signature_of_no_digits=authorization("Signature=..", "Signature=zz"),
    signed_headers_unsorted=authorization("SignedHeaders=([^;]*);([^;]*);", r"SignedHeaders=\2;\1;"),
    signed_headers_in_capitals=authorization("content-type", "Content-Type"),
    signed_header_that_is_not_there=authorization("SignedHeaders=content-type", "SignedHeaders=colour;content-type"),
)


@forgery(MISMATCH)
def target_changed(caller, request):
    wanted = request["X-Amz-Target"]
    request["X-Amz-Target"] = f"{request.service.target_prefix}.ListTags"
    caller.sign(request)["X-Amz-Target"] = wanted


@forgery(UNKNOWN_OPERATION)
def two_targets(caller, request):
    caller.sign(request).headers.append(("X-Amz-Target", request["X-Amz-Target"]))


@forgery(MISMATCH)
def body_changed(caller, request):
    wanted, request.body = request.body, request.body.replace(b"forged", b"honest")
    caller.sign(request).body = wanted


@forgery(MISMATCH)
def body_lengthened(caller, request):
    caller.sign(request).body += b" "


@forgery(MISMATCH)
def path_changed(caller, request):
    caller.sign(request).path = f"/{ACCOUNT}/orders"


@forgery(MISMATCH)
def query_added(caller, request):
    caller.sign(request).query = "Colour=green"


@forgery(MISMATCH)
def query_changed(caller, request):
    request.query = "Colour=green"
    caller.sign(request).query = "Colour=blue"


@forgery(MISMATCH)
def signed_header_taken_away(caller, request):
    request.headers.append(("Colour", "green"))
    caller.sign(request).without("Colour")


@forgery(MISMATCH)
def amz_header_added(caller, request):
    caller.sign(request).headers.append(("X-Amz-Colour", "green"))


@forgery(MISMATCH)
def signature_of_another_request(caller, request):
    other = caller.sign(Request(request.service, request.operation, {}))
    caller.sign(request)["Authorization"] = other["Authorization"]


# A payload hash that is not the payload's


def told_hash(text: str):
    def forge(caller, request):
        request.headers.append(("X-Amz-Content-SHA256", text))
        caller.sign(request)

    return forge


forgeries(
    MISMATCH,
    hash_of_another_body=told_hash(payload_hash(b"{}")),
    hash_of_nothing=told_hash(payload_hash(b"")),
    hash_left_out=told_hash("UNSIGNED-PAYLOAD"),
    hash_in_pieces=told_hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
    hash_in_unsigned_pieces=told_hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
)


# Signed in the query


def presigned(**how):
    return lambda caller, request: caller.presign(request, **how)


forgeries(
    MISMATCH,
    query_expired=presigned(ago=timedelta(minutes=2)),
    query_with_a_wrong_secret=presigned(key=Key("test", "Test")),
    query_from_the_future=presigned(ago=-timedelta(minutes=20)),
)
forgeries(UNKNOWN_KEY, query_of_an_unknown_key=presigned(key=Key("nobody", "test")))
forgeries(
    INCOMPLETE,
    query_good_for_nine_days=presigned(lifetime=777_600),
    query_good_for_less_than_nothing=presigned(lifetime=-60),
    query_good_for_no_time=presigned(lifetime=0),
)


@forgery(MISMATCH)
def query_life_lengthened(caller, request):
    caller.presign(request)
    request.query = request.query.replace("X-Amz-Expires=60", "X-Amz-Expires=600")


@forgery(MISMATCH)
def query_body_changed(caller, request):
    wanted, request.body = request.body, request.body.replace(b"forged", b"honest")
    caller.presign(request).body = wanted


@forgery(INCOMPLETE)
def query_without_a_signature(caller, request):
    caller.presign(request)
    request.query = request.query.split("&X-Amz-Signature")[0]


@forgery(INCOMPLETE)
def query_and_header(caller, request):
    caller.presign(request)
    header = caller.sign(Request(request.service, request.operation, request.body))
    request.headers += [(name, header[name]) for name in ("Authorization", "X-Amz-Date")]


# What happens to them


@pytest.fixture(scope="module")
def target(client):
    """A queue and a stream that nothing forged may reach."""
    queue = Queue.create(client("sqs"), "never-reached", {})
    return queue, Stream.create(client("kinesis"), "never-reached", 1)


def request_to_store(service, target, text: str) -> Request:
    queue, stream = target
    if service is SQS:
        return Request(SQS, "SendMessage", {"QueueUrl": queue.url, "MessageBody": text})
    data = base64.b64encode(text.encode()).decode()
    return Request(KINESIS, "PutRecord", {"StreamName": stream.name, "Data": data, "PartitionKey": text})


def stored(target):
    queue, stream = target
    return queue.counts, stream.read()


services = pytest.mark.parametrize("service", CODES, ids=lambda service: service.name)


@services
@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_request_is_refused_at_once_and_nothing_of_it_is_stored(make_caller, target, service, name):
    forge, outcomes = FORGERIES[name]
    caller = make_caller()
    before = stored(target)
    request = request_to_store(service, target, f"forged {name}")
    forge(caller, request)

    begun = time.monotonic()
    try:
        answer = caller.send(request)
    except ConnectionError:
        answer = NO_ANSWER
    took = time.monotonic() - begun

    assert (answer.status, answer.code) in [CODES[service][outcome] for outcome in outcomes]
    assert took < 0.5
    assert stored(target) == before


@services
def test_the_same_request_is_taken_when_it_is_signed_as_it_should_be(caller, target, make_queue, make_stream, service):
    request = request_to_store(service, (make_queue(), make_stream()), "sound")

    assert caller.send(caller.sign(request)).status == 200


@services
@pytest.mark.parametrize("lifetime", [1, 60, 604_800])
def test_a_request_signed_in_its_query_is_taken(caller, make_queue, make_stream, service, lifetime):
    request = request_to_store(service, (make_queue(), make_stream()), "sound")

    assert caller.send(caller.presign(request, lifetime=lifetime)).status == 200


@services
@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_may_be_a_few_minutes_off(caller, make_queue, make_stream, service, minutes):
    request = request_to_store(service, (make_queue(), make_stream()), "sound")

    assert caller.send(caller.sign(request, ago=timedelta(minutes=minutes))).status == 200


@services
def test_the_payload_hash_may_be_told_when_it_is_the_payloads(caller, make_queue, make_stream, service):
    request = request_to_store(service, (make_queue(), make_stream()), "sound")
    request.headers.append(("X-Amz-Content-SHA256", payload_hash(request.body)))

    assert caller.send(caller.sign(request)).status == 200


@services
def test_a_date_header_does_where_there_is_no_amz_date(caller, make_queue, make_stream, service):
    request = request_to_store(service, (make_queue(), make_stream()), "sound")
    request.headers.append(("Date", ""))

    assert caller.send(caller.sign(request)).status == 200


def test_no_byte_of_a_forged_request_lies_in_the_brokers_files(broker, caller, queue):
    caller.call(SQS, "SendMessage", {"QueueUrl": queue.url, "MessageBody": "a sound order"})

    stored = b"".join(file.read_bytes() for file in broker.directory.glob("broker.db*"))

    assert b"a sound order" in stored
    assert b"forged" not in stored


# Two hundred that are sound


def odd_request(service, target, dice: random.Random) -> tuple[Request, str]:
    """A request that uses what signatures allow: any body, odd paths and queries, headers with spaces."""
    text = "".join(dice.choice("abc 123 äöü 茶🫖 \"'<>&%+=/?#\\") for _ in range(dice.randrange(1, 200)))
    request = request_to_store(service, target, text)
    if dice.random() < 0.5:
        request.body = json.dumps(json.loads(request.body), ensure_ascii=False, indent=dice.choice([None, 2])).encode()
    odd = "-._~ !*'()+,;:@&=$/%äz0"
    for _ in range(dice.randrange(4)):
        segment = "".join(dice.choice(odd) for _ in range(dice.randrange(1, 6)))
        request.path += dice.choice([quote(segment, safe=""), ".", "..", ""]) + dice.choice(["/", ""])
    pairs = [
        [quote("".join(dice.choice(odd) for _ in range(dice.randrange(1, 4))), safe="-_.~") for _ in range(2)]
        for _ in range(dice.randrange(4))
    ]
    request.query = "&".join("=".join(pair[: dice.choice([1, 2])]) for pair in pairs)
    for number in range(dice.randrange(3)):
        name = dice.choice([f"X-Odd-{number}", f"x-amz-meta-{number}"])
        request.headers.append((name, "  a   b  c " * dice.randrange(1, 3)))
    return request, text


@services
@pytest.mark.parametrize("seed", range(4))
def test_whatever_botocore_signs_is_taken(caller, make_queue, make_stream, service, seed):
    dice = random.Random(seed)
    queue, stream = make_queue(), make_stream()
    sent = []

    for _ in range(25):
        request, text = odd_request(service, (queue, stream), dice)
        answer = caller.send(caller.sign(request))
        assert answer.status == 200, (seed, request, answer)
        sent.append(text)

    if service is SQS:
        received = [body for _ in range(3) for body in queue.receive_bodies()]
    else:
        received = [data.decode() for data in stream.read()]
    assert received == sent
