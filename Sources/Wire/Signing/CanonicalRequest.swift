import Crypto

/// The form of a request that both ends hash and sign.
///
/// Source: AWS Signature Version 4, "Create a signed AWS API request".
struct CanonicalRequest {
    private(set) var bytes: [UInt8] = []

    /// - Parameters:
    ///   - signedHeaders: Names in lower case, sorted.
    ///   - payloadHash: SHA-256 of the body in lower-case hexadecimal.
    ///   - leavingOut: Query parameters that do not count, as `X-Amz-Signature` itself.
    init(
        _ request: WireRequest, signedHeaders: [Substring], payloadHash: [UInt8], leavingOut: Set<String> = []
    ) {
        bytes.reserveCapacity(512)
        bytes.append(contentsOf: request.method.utf8)
        newLine()
        appendPath(request.path)
        newLine()
        appendQuery(request.query, leavingOut: leavingOut)
        newLine()
        for name in signedHeaders {
            bytes.append(contentsOf: name.utf8)
            bytes.append(UInt8(ascii: ":"))
            appendValues(of: name, in: request.headers)
            newLine()
        }
        newLine()
        for (place, name) in signedHeaders.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ";")) }
            bytes.append(contentsOf: name.utf8)
        }
        newLine()
        bytes.append(contentsOf: payloadHash)
    }

    var hash: [UInt8] { Hexadecimal.encode(SHA256.hash(data: bytes)) }

    private mutating func newLine() { bytes.append(UInt8(ascii: "\n")) }

    /// The path without dot segments and doubled slashes, percent-encoded once more.
    private mutating func appendPath(_ path: String) {
        if path.isEmpty || path == "/" {
            bytes.append(UInt8(ascii: "/"))
            return
        }
        var segments: [Substring] = []
        for segment in path.split(separator: "/", omittingEmptySubsequences: true) where segment != "." {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        for segment in segments {
            bytes.append(UInt8(ascii: "/"))
            PercentEncoding.append(segment.utf8, to: &bytes)
        }
        if segments.isEmpty || path.hasSuffix("/") { bytes.append(UInt8(ascii: "/")) }
    }

    private mutating func appendQuery(_ query: String, leavingOut: Set<String>) {
        guard !query.isEmpty else { return }
        var pairs: [(name: [UInt8], value: [UInt8])] = []
        for part in query.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = PercentEncoding.decode(halves[0].utf8)
            if leavingOut.contains(String(decoding: name, as: UTF8.self)) { continue }
            var encodedName: [UInt8] = []
            var encodedValue: [UInt8] = []
            PercentEncoding.append(name, to: &encodedName)
            if halves.count > 1 {
                PercentEncoding.append(PercentEncoding.decode(halves[1].utf8), to: &encodedValue)
            }
            pairs.append((encodedName, encodedValue))
        }
        pairs.sort {
            $0.name == $1.name
                ? $0.value.lexicographicallyPrecedes($1.value) : $0.name.lexicographicallyPrecedes($1.name)
        }
        for (place, pair) in pairs.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: "&")) }
            bytes.append(contentsOf: pair.name)
            bytes.append(UInt8(ascii: "="))
            bytes.append(contentsOf: pair.value)
        }
    }

    /// All values of one header, trimmed, inner runs of spaces folded, with commas between.
    private mutating func appendValues(of name: Substring, in headers: WireHeaders) {
        var isFirst = true
        for field in headers.fields where field.name == name {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            let start = bytes.count
            var pendingSpace = false
            for byte in field.value.utf8 {
                if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
                    pendingSpace = bytes.count > start
                } else {
                    if pendingSpace { bytes.append(UInt8(ascii: " ")) }
                    pendingSpace = false
                    bytes.append(byte)
                }
            }
        }
    }
}

/// Percent-encoding as RFC 3986 wants it for signatures: everything but unreserved characters, capital digits.
enum PercentEncoding {
    static func append(_ text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(capitalDigits[Int(byte >> 4)])
                bytes.append(capitalDigits[Int(byte & 15)])
            }
        }
    }

    /// Undoes percent-encoding; a stray `%` stands for itself, and `+` is no space.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = Hexadecimal.decode(rest.prefix(2)) {
                bytes.append(contentsOf: value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static let capitalDigits = Array("0123456789ABCDEF".utf8)
}

/// Lower-case hexadecimal.
enum Hexadecimal {
    static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }

    /// The bytes that pairs of digits mean; nil when something else stands there. Capital digits are read too.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var high: UInt8?
        for character in text {
            let digit: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = character - UInt8(ascii: "A") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
