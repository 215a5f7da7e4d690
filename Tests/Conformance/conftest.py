"""What every test has at hand: one broker for all, SDK clients of it, and queues and streams of the test's own."""

import itertools
import os
import subprocess
import sys

sys.dont_write_bytecode = True

import boto3
import pytest
from botocore.config import Config

from broker import Broker
from places import Queue, Stream
from wire import DEVELOPER, REGION, SQS, Caller, Request

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("broker"))
    yield broker
    assert broker.stop() == 0


@pytest.fixture
def own_broker(tmp_path):
    """A broker that a test may kill."""
    broker = Broker(tmp_path)
    yield broker
    if broker.process.poll() is None:
        broker.stop()


@pytest.fixture(scope="session")
def old_python():
    """A Python with a boto3 that speaks forms and XML."""
    return os.environ.get("OLD_CLIENTS") or pytest.skip("OLD_CLIENTS names no Python with an old boto3")


@pytest.fixture(scope="session")
def old_models(old_python):
    """Where descriptions of the services lie in which SQS speaks forms and XML."""
    where = "import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), 'data'))"
    return subprocess.run([old_python, "-c", where], check=True, capture_output=True, text=True).stdout.strip()


def speak_forms(session, old_models):
    """Lets a session describe SQS as it was described for forms and XML, with the one parameter that came later."""
    loader = session._session.get_component("data_loader")
    loader._search_paths.insert(0, old_models)
    shapes = loader.load_service_model("sqs", "service-2")["shapes"]
    names = {"type": "list", "flattened": True}
    names["member"] = {"shape": "QueueAttributeName", "locationName": "MessageSystemAttributeName"}
    shapes["MessageSystemAttributeList"] = names
    shapes["ReceiveMessageRequest"]["members"]["MessageSystemAttributeNames"] = {"shape": "MessageSystemAttributeList"}


@pytest.fixture(scope="session")
def client(broker, request):
    """Makes SDK clients of the broker. They check nothing themselves, so that the broker has to, and never retry."""
    known = {}

    def make(service, region=REGION, url=broker.url, protocol="json"):
        if (service, region, url, protocol) not in known:
            session = boto3.session.Session(DEVELOPER.id, DEVELOPER.secret, region_name=region)
            if protocol == "query":
                speak_forms(session, request.getfixturevalue("old_models"))
            known[service, region, url, protocol] = session.client(
                service,
                endpoint_url=url,
                config=Config(
                    parameter_validation=False,
                    retries={"total_max_attempts": 1},
                    max_pool_connections=64,
                    read_timeout=30,
                    proxies={},
                ),
            )
        return known[service, region, url, protocol]

    return make


@pytest.fixture(params=["json", "query"])
def sqs(client, request):
    """SQS as a client sees it, in either of its protocols."""
    return client("sqs", protocol=request.param)


@pytest.fixture
def kinesis(client):
    return client("kinesis")


@pytest.fixture
def fresh_name():
    """A name that no other test has."""
    return f"place-{next(numbers)}"


@pytest.fixture
def fresh_region():
    """A region that no other test has: every region is a world of its own."""
    return f"test-region-{next(numbers)}"


@pytest.fixture
def make_queue(sqs):
    def make(**attributes):
        suffix = ".fifo" if attributes.get("FifoQueue") == "true" else ""
        return Queue.create(sqs, f"queue-{next(numbers)}{suffix}", attributes)

    return make


@pytest.fixture
def make_fifo(make_queue):
    def make(**attributes):
        return make_queue(FifoQueue="true", **{"ContentBasedDeduplication": "true", **attributes})

    return make


@pytest.fixture
def queue(make_queue):
    return make_queue()


@pytest.fixture
def fifo(make_fifo):
    return make_fifo()


@pytest.fixture
def make_stream(kinesis):
    made = []

    def make(shards=1, **parameters):
        made.append(Stream.create(kinesis, f"stream-{next(numbers)}", shards, **parameters))
        return made[-1]

    yield make
    for stream in made:
        if stream.exists:
            stream.delete_stream(EnforceConsumerDeletion=True)


@pytest.fixture
def stream(make_stream):
    return make_stream()


@pytest.fixture
def caller(broker):
    with Caller(broker.address) as caller:
        yield caller


@pytest.fixture
def make_caller(broker):
    """Further connections, perhaps with other keys."""
    made = []

    def make(**how):
        made.append(Caller(broker.address, **how))
        return made[-1]

    yield make
    for caller in made:
        caller.close()


@pytest.fixture
def waiting(make_caller):
    """Begins long polls on connections of their own, each known to be waiting before the test goes on."""

    def begin(queue):
        poll = make_caller()
        poll.write(poll.sign(Request(SQS, "ReceiveMessage", {"QueueUrl": queue.url, "WaitTimeSeconds": 20})))
        queue.get_queue_attributes(AttributeNames=["QueueArn"])  # comes after the poll on the same event loop
        return poll

    return begin
