import Clockwork
import JSON

/// Something that happened to an order, as the stream carries it and every partner hears it.
///
/// One text serves both: it is a CloudEvent, and at the same time the payload that Standard Webhooks
/// describes (`type`, `timestamp`, `data`). So the bytes in the outbox are the bytes at the partner.
///
/// Source: CloudEvents 1.0.2, "JSON Event Format" and the extension "Distributed Tracing"; Standard Webhooks
/// 1.0.0.
package struct OrderEvent: Hashable, Sendable {
    package var id: EventID
    package var type: EventType
    package var orderNumber: OrderNumber
    /// Of the order, after the event: 1 once it is accepted.
    package var orderVersion: Int
    /// When it happened, not when it is told.
    package var time: Timestamp
    package var traceParent: TraceParent?
    /// What the event says about the order, ``orderNumber`` and ``orderVersion`` included.
    package var data: JSONValue

    /// Which program tells it.
    package static let source = "urn:orderflow:oms"

    /// Webhooks stay below this many bytes: a larger order is told without its lines.
    package static let maximumBytes = 20_000
}

extension OrderEvent {
    package var json: JSONValue {
        var event: JSONValue = [
            "specversion": "1.0",
            "id": .string(id.rawValue),
            "source": .string(Self.source),
            "type": .string(type.rawValue),
            "subject": .string(orderNumber.rawValue),
            "time": .string(time.description),
            "timestamp": .string(time.description),
            "datacontenttype": "application/json",
            "data": data,
        ]
        if let traceParent, case .object(var members) = event {
            members["traceparent"] = .string(traceParent.description)
            event = .object(members)
        }
        return event
    }

    /// The shortest text of ``json``: what is stored, published and signed.
    package var payload: String { json.text }

    /// Reads an event as the stream hands it out.
    ///
    /// - Throws: ``Unreadable`` when it is not one of ours.
    package init(parsing payload: some Collection<UInt8>) throws(Unreadable) {
        let event: JSONValue
        do throws(JSONError) { event = try JSONValue(parsing: payload) } catch { throw .notJSON(error) }
        guard event["specversion"] == "1.0" else { throw .missing("specversion") }
        guard let id = event["id"]?.string.flatMap(EventID.init(rawValue:)) else { throw .missing("id") }
        guard let type = event["type"]?.string.flatMap(EventType.init(rawValue:)) else {
            throw .missing("type")
        }
        guard let order = event["subject"]?.string.flatMap(OrderNumber.init(rawValue:)) else {
            throw .missing("subject")
        }
        guard let time = event["time"]?.string.flatMap({ Timestamp($0) }) else { throw .missing("time") }
        guard let data = event["data"], let version = data["version"]?.integer.flatMap({ Int(exactly: $0) })
        else { throw .missing("data.version") }
        self.init(
            id: id, type: type, orderNumber: order, orderVersion: version, time: time,
            traceParent: event["traceparent"]?.string.flatMap { TraceParent($0) }, data: data)
    }

    /// Why a text is not an event of ours.
    package enum Unreadable: Error, Hashable, CustomStringConvertible {
        case notJSON(JSONError)
        /// The member is absent, or not written as it must be.
        case missing(String)

        package var description: String {
            switch self {
            case .notJSON(let error): error.description
            case .missing(let member): "Not an event of an order: \(member) is missing or malformed."
            }
        }
    }
}
