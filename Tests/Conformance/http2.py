"""HTTP/2 in the clear by a second pen: hyper's h2 speaks the frames, a plain socket carries them."""

import socket

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset

from wire import DEVELOPER, Answer, Caller, Key, Request

GOAWAY = 7


class Exchange:
    """One request's stream: what has come of its answer so far."""

    def __init__(self):
        self.status, self.headers, self.body = None, {}, b""
        self.is_over, self.was_reset = False, False
        self.is_held = False  # True while its data is not acknowledged, and so fills its window


class HTTP2Caller:
    """A connection of one's own to the broker, on which many requests are under way at a time."""

    def __init__(self, address: str, key: Key = DEVELOPER, timeout: float = 30):
        self.signer = Caller(address, key)
        self.address = address
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.exchanges: dict[int, Exchange] = {}
        self.farewells: list[int] = []
        self.is_closed = False
        self.rest = b""
        self.h2.initiate_connection()
        self.flush()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def sign(self, request: Request) -> Request:
        return self.signer.sign(request)

    def begin(self, request: Request, body: bytes | None = None, headers=(), ends=True) -> int:
        """Sends a request, as far as the broker's windows let it."""
        stream = self.h2.get_next_available_stream_id()
        body = request.body if body is None else body
        fields = [
            (":method", request.method),
            (":scheme", "http"),
            (":authority", self.address),
            (":path", request.path + (f"?{request.query}" if request.query else "")),
            *((name.lower(), value) for name, value in request.headers if name.lower() != "host"),
            *headers,
        ]
        self.exchanges[stream] = Exchange()
        self.h2.send_headers(stream, fields, end_stream=ends and not body)
        place = 0
        while place < len(body):
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(body) - place)
            if room == 0:
                self.flush()
                self.pump()
                if self.exchanges[stream].is_over:
                    break
                continue
            place += room
            self.h2.send_data(stream, body[place - room : place], end_stream=ends and place == len(body))
        self.flush()
        return stream

    def pump(self):
        """Takes in what the broker has sent; waits where that is nothing."""
        text = self.socket.recv(65_536)
        if not text:
            self.is_closed = True
            for exchange in self.exchanges.values():
                exchange.is_over = True
            return
        for event in self.h2.receive_data(self.without_farewells(text)):
            exchange = self.exchanges.get(getattr(event, "stream_id", None))
            match event:
                case ResponseReceived():
                    exchange.headers = dict(event.headers)
                    exchange.status = int(exchange.headers[":status"])
                case DataReceived():
                    exchange.body += event.data
                    if not exchange.is_held and event.flow_controlled_length:
                        self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                case StreamEnded():
                    exchange.is_over = True
                case StreamReset():
                    exchange.is_over = exchange.was_reset = True
        self.flush()

    def without_farewells(self, text: bytes) -> bytes:
        """Takes GOAWAY frames out: h2 would hear nothing behind one, where the broker still finishes what is begun."""
        self.rest += text
        kept = b""
        while len(self.rest) >= 9 and len(self.rest) >= 9 + int.from_bytes(self.rest[:3]):
            size = 9 + int.from_bytes(self.rest[:3])
            frame, self.rest = self.rest[:size], self.rest[size:]
            if frame[3] == GOAWAY:
                self.farewells.append(int.from_bytes(frame[9:13]))
            else:
                kept += frame
        return kept

    def end(self, stream: int) -> Answer:
        """Waits for the end of an answer."""
        exchange = self.exchanges[stream]
        while not exchange.is_over:
            self.pump()
        return Answer(exchange.status, exchange.headers, exchange.body)

    def call(self, service, operation: str, members: dict | bytes) -> Answer:
        return self.end(self.begin(self.sign(Request(service, operation, members))))

    def file(self, stream: int) -> "Body":
        """The answer's body as something to read from while it comes."""
        return Body(self, self.exchanges[stream])

    def reset(self, stream: int):
        self.h2.reset_stream(stream)
        self.flush()

    def close(self):
        self.socket.close()


class Body:
    def __init__(self, caller: HTTP2Caller, exchange: Exchange):
        self.caller, self.exchange, self.place = caller, exchange, 0

    def read(self, size: int) -> bytes:
        while len(self.exchange.body) < self.place + size and not self.exchange.is_over:
            self.caller.pump()
        self.place += size
        return self.exchange.body[self.place - size : self.place]
