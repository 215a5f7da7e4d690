import Clockwork
import Foundation
import JSON

@testable import Orders

/// Files that the tests share with everybody: `fixtures/` at the root of the package.
enum Fixtures {
    static func bytes(_ path: String) throws -> [UInt8] {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: root.appending(path: "fixtures/\(path)")))
    }
}

extension Timestamp {
    /// A few minutes after the example was placed.
    static let evening = Timestamp("2026-11-22T21:20:00Z")!
}

extension JSONValue {
    /// The example that people copy: taxes on top, a discount on a line and one on the order.
    static let example = try! JSONValue(parsing: Fixtures.bytes("documents/order-placed.json"))

    /// The same value with one place changed; nil takes the member out.
    func setting(_ pointer: String, to value: JSONValue?) -> JSONValue {
        setting(pointer.split(separator: "/").map(String.init)[...], to: value)
    }

    private func setting(_ steps: ArraySlice<String>, to value: JSONValue?) -> JSONValue {
        guard let step = steps.first else { return value ?? .null }
        let rest = steps.dropFirst()
        switch self {
        case .object(var members):
            members[step] = rest.isEmpty ? value : (members[step] ?? [:]).setting(rest, to: value)
            return .object(members)
        case .array(var items):
            items[Int(step)!] = items[Int(step)!].setting(rest, to: value)
            return .array(items)
        default:
            return self
        }
    }

    var judged: Judgement { OrderDocument(bytes: bytes).judged(now: .evening) }
}

extension Judgement {
    var order: Order? { if case .sound(let sound) = self { sound.order } else { nil } }
    var rejection: Rejection? { if case .rejected(let rejection) = self { rejection } else { nil } }

    /// Codes and places, such as `wrong_type /lines/0/quantity`.
    var findings: [String] {
        switch self {
        case .sound, .cancellation: []
        case .rejected(let rejection): rejection.reasons.map { "\($0.code.rawValue) \($0.path)" }
        case .unreadable(let reason): ["\(reason.code.rawValue) \(reason.path)"]
        }
    }
}
