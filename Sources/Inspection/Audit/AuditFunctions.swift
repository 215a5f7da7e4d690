import GRDB
import Orders

/// Functions that the audit lends to SQL.
enum AuditFunctions {
    static let all: [DatabaseFunction] = [sha256, contentSHA256, sequenceNumber, sequenceCounter]

    /// `sha256(x)`: of the bytes of a text or blob, 64 hexadecimal digits.
    private static let sha256 = DatabaseFunction("sha256", argumentCount: 1, pure: true) { values in
        bytes(of: values[0]).map { ContentHash(ofBytes: $0).rawValue }
    }

    /// `content_sha256(x)`: of what a JSON text says, whatever the order of its members.
    private static let contentSHA256 = DatabaseFunction("content_sha256", argumentCount: 1, pure: true) {
        values in
        bytes(of: values[0]).map { OrderDocument(bytes: $0).contentHash.rawValue }
    }

    /// `sequence_number(shard_creation, counter, arrival, shard)`: as the stream told it, from what its table
    /// keeps.
    private static let sequenceNumber = DatabaseFunction("sequence_number", argumentCount: 4, pure: true) {
        values in
        guard let creation = Int64.fromDatabaseValue(values[0]),
            let counter = Int64.fromDatabaseValue(values[1]),
            let arrival = Int64.fromDatabaseValue(values[2]), let shard = Int64.fromDatabaseValue(values[3])
        else { return nil }
        return SequenceNumberText.decimal(
            shardCreation: creation, counter: counter, arrival: arrival, shard: shard)
    }

    /// `sequence_counter(text)`: which record of its shard a sequence number is, counted from 1. A server that is not ours
    /// may number its records plainly.
    private static let sequenceCounter = DatabaseFunction("sequence_counter", argumentCount: 1, pure: true) {
        values in
        String.fromDatabaseValue(values[0]).flatMap { SequenceNumberText.counter(of: $0) ?? Int64($0) }
    }

    private static func bytes(of value: DatabaseValue) -> [UInt8]? {
        switch value.storage {
        case .string(let text): Array(text.utf8)
        case .blob(let data): [UInt8](data)
        case .null, .int64, .double: nil
        }
    }
}
