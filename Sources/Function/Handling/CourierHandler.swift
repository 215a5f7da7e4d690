import Orders
import Wire

/// The built-in function: hands each event to the courier, which answers once it is on its disk.
package struct CourierHandler: BatchHandler {
    private let courier: any Client<CourierIntake>

    package init(courier: any Client<CourierIntake>) {
        self.courier = courier
    }

    package func handle(_ batch: RecordBatch) async throws -> [SkippedRecord] {
        var events: [AcceptedEvent] = []
        var skipped: [SkippedRecord] = []
        for record in batch.records {
            do throws(OrderEvent.Unreadable) {
                events.append(try AcceptedEvent(record))
            } catch {
                skipped.append(
                    SkippedRecord(sequenceNumber: record.sequenceNumber, reason: error.description))
            }
        }
        for start in stride(from: 0, to: events.count, by: Self.mostEventsInCall) {
            let call = events[start..<min(start + Self.mostEventsInCall, events.count)]
            _ = try await courier(AcceptEvents(events: Array(call)))
        }
        return skipped
    }

    private static let mostEventsInCall = 500
}

extension AcceptedEvent {
    /// Reads the event that a record carries; its bytes stay as they are.
    package init(_ record: StreamRecord) throws(OrderEvent.Unreadable) {
        let event = try OrderEvent(parsing: record.data.bytes)
        self.init(
            eventId: event.id.rawValue, orderNumber: event.orderNumber.rawValue,
            eventType: event.type.rawValue, orderVersion: event.orderVersion, payload: record.data,
            traceparent: event.traceParent?.description)
    }
}
