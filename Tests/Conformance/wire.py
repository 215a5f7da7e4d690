"""Amazon's protocol without an SDK: requests written by hand, signed by botocore, sent over a plain socket."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from http.client import HTTPConnection

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCOUNT = "000000000000"
REGION = "us-east-1"


@dataclass(frozen=True)
class Service:
    name: str
    target_prefix: str
    content_type: str


SQS = Service("sqs", "AmazonSQS", "application/x-amz-json-1.0")
KINESIS = Service("kinesis", "Kinesis_20131202", "application/x-amz-json-1.1")


@dataclass(frozen=True)
class Key:
    """An access key. The broker's own configuration has one for each role."""

    id: str
    secret: str

    @classmethod
    def of(cls, role: str) -> "Key":
        return cls(role, f"local-{role}-secret")


DEVELOPER = Key("test", "test")


@dataclass
class Answer:
    status: int | None
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The error's code as programs know it: SQS tells the older one in a header, Kinesis its type."""
        if not self.status or self.status < 400:
            return None
        told = self.headers.get("x-amzn-query-error")
        if told:
            return told.split(";")[0]
        try:
            return self.json["__type"].split("#")[-1]
        except (ValueError, KeyError):
            return None


NO_ANSWER = Answer(None, {}, b"")


@dataclass
class Request:
    """A request in the making. Every part can be bent before and after it is signed."""

    service: Service
    operation: str
    members: dict | bytes
    path: str = "/"
    query: str = ""
    headers: list = field(default_factory=list)
    method: str = "POST"

    def __post_init__(self):
        self.body = self.members if isinstance(self.members, bytes) else json.dumps(self.members).encode()
        self.headers = [
            ("Content-Type", self.service.content_type),
            ("X-Amz-Target", f"{self.service.target_prefix}.{self.operation}"),
            *self.headers,
        ]

    def __getitem__(self, name: str) -> str:
        return next(value for known, value in self.headers if known.lower() == name.lower())

    def __setitem__(self, name: str, value: str):
        self.headers = [(known, value if known.lower() == name.lower() else old) for known, old in self.headers]

    def without(self, name: str):
        self.headers = [header for header in self.headers if header[0].lower() != name.lower()]

    def replace(self, name: str, pattern: str, replacement):
        """Changes a header by a regular expression that must match."""
        changed, count = re.subn(pattern, replacement, self[name])
        assert count, f"{name} has no {pattern}"
        self[name] = changed


class Signer(SigV4Auth):
    """botocore's signer, which can also be told to leave headers unsigned and when it is."""

    def __init__(self, key: Key, service: str, region: str, unsigned=(), token=None):
        super().__init__(Credentials(key.id, key.secret, token), service, region)
        self.unsigned = {name.lower() for name in unsigned}

    def headers_to_sign(self, request):
        headers = super().headers_to_sign(request)
        for name in self.unsigned:
            del headers[name]
        return headers

    def sign(self, request: Request, address: str, at: datetime):
        twin = self.twin(request, address, at)
        self._modify_request_before_signing(twin)
        signature = self.signature(self.string_to_sign(twin, self.canonical_request(twin)), twin)
        self._inject_signature_to_request(twin, signature)
        request.headers = list(twin.headers.items())

    def presign(self, request: Request, address: str, at: datetime, lifetime: int):
        """Puts the signature into the query, where browsers and scripts carry it."""
        signed = "content-type;host;x-amz-target"
        credential = f"{self.credentials.access_key}/{at:%Y%m%d}/{self._region_name}/{self._service_name}/aws4_request"
        request.query = "&".join(
            [
                "X-Amz-Algorithm=AWS4-HMAC-SHA256",
                f"X-Amz-Credential={credential.replace('/', '%2F')}",
                f"X-Amz-Date={at:%Y%m%dT%H%M%SZ}",
                f"X-Amz-Expires={lifetime}",
                f"X-Amz-SignedHeaders={signed.replace(';', '%3B')}",
            ]
        )
        twin = self.twin(request, address, at)
        signature = self.signature(self.string_to_sign(twin, self.canonical_request(twin)), twin)
        request.headers = list(twin.headers.items())
        request.query += f"&X-Amz-Signature={signature}"

    @staticmethod
    def twin(request: Request, address: str, at: datetime) -> AWSRequest:
        """The request as botocore wants to see it."""
        url = f"http://{address}{request.path}" + (f"?{request.query}" if request.query else "")
        twin = AWSRequest(request.method, url, data=request.body)
        twin.headers["Host"] = address
        for name, value in request.headers:
            if name.lower() != "host":
                twin.headers[name] = value
        twin.context["timestamp"] = f"{at:%Y%m%dT%H%M%SZ}"
        return twin


def now() -> datetime:
    return datetime.now(timezone.utc)


class Caller:
    """A connection of one's own to the broker."""

    def __init__(self, address: str, key: Key = DEVELOPER, region: str = REGION, timeout: float = 30):
        self.address = address
        self.key = key
        self.region = region
        self.connection = HTTPConnection(address, timeout=timeout)

    def sign(self, request: Request, key=None, region=None, service=None, ago=timedelta(0), unsigned=(), token=None):
        signer = Signer(
            key or self.key, service or request.service.name, region or self.region, unsigned=unsigned, token=token
        )
        signer.sign(request, self.address, now() - ago)
        return request

    def presign(self, request: Request, key=None, ago=timedelta(0), lifetime=60):
        signer = Signer(key or self.key, request.service.name, self.region)
        signer.presign(request, self.address, now() - ago, lifetime)
        return request

    def write(self, request: Request):
        """Sends a request just as it stands."""
        target = request.path + (f"?{request.query}" if request.query else "")
        self.connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            self.connection.putheader(name, value.encode() if isinstance(value, str) else value)
        self.connection.putheader("Content-Length", str(len(request.body)))
        self.connection.endheaders(request.body)

    def read(self) -> Answer:
        response = self.connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())

    def read_bodies(self) -> list[str]:
        """The bodies of the messages that a receive is answered with."""
        return [message["Body"] for message in self.read().json.get("Messages", [])]

    def send(self, request: Request) -> Answer:
        self.write(request)
        return self.read()

    def call(self, service: Service, operation: str, members: dict | bytes, **bent) -> Answer:
        """Signs and sends a request as every SDK does."""
        return self.send(self.sign(Request(service, operation, members, **bent)))

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def payload_hash(body: bytes) -> str:
    return sha256(body).hexdigest()
