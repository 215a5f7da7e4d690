import Crypto
import JSON

/// What two documents share exactly when they say the same: SHA-256 of the canonical JSON.
///
/// Members are sorted by name and white space is left out, so a document that was merely written anew is the
/// same document. Written as 64 hexadecimal digits.
package struct ContentHash: Hashable, Sendable, CustomStringConvertible, RawRepresentable {
    package let rawValue: String

    /// Nil unless the text is 64 hexadecimal digits in lower case.
    package init?(rawValue: String) {
        guard rawValue.utf8.count == 64, rawValue.utf8.allSatisfy({ Self.digits.contains($0) }) else {
            return nil
        }
        self.rawValue = rawValue
    }

    package init(of document: JSONValue) {
        self.init(ofBytes: document.canonicalBytes)
    }

    /// The hash of bytes as they are, for what is not JSON.
    package init(ofBytes bytes: [UInt8]) {
        let text = SHA256.hash(data: bytes).flatMap {
            [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]]
        }
        rawValue = String(decoding: text, as: UTF8.self)
    }

    package var description: String { rawValue }

    private static let digits = Array("0123456789abcdef".utf8)
}
