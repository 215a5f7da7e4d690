/// The limits that the service model puts on members, checked together and told together.
///
///     var constraints = Constraints()
///     constraints.length(of: name, in: 1...128, at: "streamName")
///     try constraints.check()
///
/// Source: words and order observed on Amazon Kinesis: at most ten are told.
public struct Constraints: Sendable {
    private var broken: [String] = []

    public init() {}

    /// - Throws: `ValidationException` with all that is broken.
    public func check() throws(StreamFault) {
        guard !broken.isEmpty else { return }
        let told = broken.prefix(10)
        let noun = told.count == 1 ? "error" : "errors"
        throw StreamFault(
            "ValidationException",
            "\(told.count) validation \(noun) detected: \(told.joined(separator: "; "))")
    }

    /// A number must lie in a range.
    public mutating func value(_ number: Int?, in range: ClosedRange<Int>, at path: String) {
        guard let number else { return }
        if number < range.lowerBound {
            report(
                String(number), path, "Member must have value greater than or equal to \(range.lowerBound)")
        } else if number > range.upperBound {
            report(String(number), path, "Member must have value less than or equal to \(range.upperBound)")
        }
    }

    /// A member must be there.
    public mutating func required(_ value: String?, at path: String) {
        guard value == nil else { return }
        broken.append("Value null at '\(path)' failed to satisfy constraint: Member must not be null")
    }

    /// A text must have so many characters.
    public mutating func length(of text: String?, in range: ClosedRange<Int>, at path: String) {
        guard let text else { return }
        length(text.unicodeScalars.count, of: text, in: range, at: path)
    }

    /// A blob must have so many bytes.
    public mutating func bytes(_ count: Int, in range: ClosedRange<Int>, at path: String) {
        length(count, of: "java.nio.HeapByteBuffer[pos=0 lim=\(count) cap=\(count)]", in: range, at: path)
    }

    /// A list must have so many members.
    public mutating func count(_ count: Int, in range: ClosedRange<Int>, at path: String) {
        length(count, of: "[...]", in: range, at: path)
    }

    /// A stream's name: 1 to 128 letters, digits, underscores, dots and hyphens.
    public mutating func streamName(_ name: String?, at path: String = "streamName") {
        guard let name else { return }
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        if !isPlain || name.isEmpty {
            report(name, path, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
        }
        length(of: name, in: 1...128, at: path)
    }

    /// A shard's name: 1 to 128 letters, digits, underscores, dots and hyphens.
    public mutating func shardID(_ id: String?, at path: String) { streamName(id, at: path) }

    /// How a stream is named: by its name, by its ARN, or by both.
    public mutating func stream(named name: String?, arn: String?) {
        streamName(name)
        guard let arn, StreamARN(arn) == nil else { return }
        report(
            arn, "streamARN",
            "Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+")
    }

    /// Tags: 1 to 200, with keys of 1 to 128 characters and values of at most 256.
    public mutating func tags(_ tags: [(key: String, value: String)]?, at path: String = "tags") {
        guard let tags else { return }
        let told = "{\(tags.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))}"
        length(tags.count, of: told, in: 1...200, at: path)
        if !tags.allSatisfy({ (1...128).contains($0.key.unicodeScalars.count) }) {
            report(
                told, path,
                """
                Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have \
                length greater than or equal to 1]
                """)
        }
        if !tags.allSatisfy({ $0.value.unicodeScalars.count <= 256 }) {
            report(
                told, path,
                """
                Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have \
                length greater than or equal to 0]
                """)
        }
    }

    /// Keys of tags to take off: 1 to 50, of 1 to 128 characters.
    public mutating func tagKeys(_ keys: [String], at path: String = "tagKeys") {
        let told = "[\(keys.joined(separator: ", "))]"
        length(keys.count, of: told, in: 1...50, at: path)
        if !keys.allSatisfy({ (1...128).contains($0.unicodeScalars.count) }) {
            report(
                told, path,
                """
                Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have \
                length greater than or equal to 1]
                """)
        }
    }

    /// The ARN of a stream or a consumer.
    public mutating func resource(_ arn: String, at path: String = "resourceARN") {
        if ResourceARN(arn) == nil {
            report(
                arn, path,
                "Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:.*stream/\\S+")
        }
        length(of: arn, in: 1...2_048, at: path)
    }

    /// A decimal number without leading zeros, such as a sequence number or a hash key.
    public mutating func decimal(_ text: String?, mostDigits: Int, at path: String) {
        guard let text else { return }
        let isDecimal =
            text == "0"
            || (text.utf8.first != UInt8(ascii: "0") && (1...mostDigits).contains(text.utf8.count)
                && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        if !isDecimal {
            report(
                text, path,
                "Member must satisfy regular expression pattern: 0|([1-9]\\d{0,\(mostDigits - 1)})")
        }
    }

    /// One of the words that the model lists.
    public mutating func word(_ text: String?, among words: [String], at path: String) {
        guard let text, !words.contains(text) else { return }
        report(text, path, "Member must satisfy enum value set: [\(words.joined(separator: ", "))]")
    }

    /// A list of words that the model lists.
    public mutating func words(_ texts: [String], among words: [String], at path: String) {
        guard !texts.allSatisfy(words.contains) else { return }
        report(
            "[\(texts.joined(separator: ", "))]", path,
            """
            Member must satisfy constraint: [Member must satisfy enum value set: [\(words.joined(separator: ", "))]]
            """)
    }

    private mutating func length(_ length: Int, of value: String, in range: ClosedRange<Int>, at path: String)
    {
        if length < range.lowerBound {
            report(value, path, "Member must have length greater than or equal to \(range.lowerBound)")
        } else if length > range.upperBound {
            report(value, path, "Member must have length less than or equal to \(range.upperBound)")
        }
    }

    private mutating func report(_ value: String, _ path: String, _ what: String) {
        broken.append("Value '\(value)' at '\(path)' failed to satisfy constraint: \(what)")
    }
}
