import Clockwork
import Crypto

/// What a signature holds good for: a day, a region and a service.
struct CredentialScope: Hashable {
    /// `20150830`.
    var date: Substring
    var region: Substring
    var service: Substring

    var text: String { "\(date)/\(region)/\(service)/aws4_request" }

    /// Whether it has a region that could be one: small letters, digits and hyphens.
    var namesRegion: Bool {
        !region.isEmpty
            && region.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// The key derived from a secret for one scope, with which requests of that day are signed.
///
/// Source: AWS Signature Version 4, "Derive a signing key".
struct SigningKey: Sendable {
    private let key: SymmetricKey

    init(secret: String, scope: CredentialScope) {
        var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
        for part in [scope.date, scope.region, scope.service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        self.key = key
    }

    /// The signature of a canonical request, in lower-case hexadecimal.
    func signature(of request: CanonicalRequest, date: String, scope: CredentialScope) -> [UInt8] {
        Hexadecimal.encode(code(for: request, date: date, scope: scope))
    }

    /// Compares in constant time.
    func isValid(
        _ signature: [UInt8], for request: CanonicalRequest, date: String, scope: CredentialScope
    ) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            signature, authenticating: stringToSign(request, date: date, scope: scope), using: key)
    }

    private func code(
        for request: CanonicalRequest, date: String, scope: CredentialScope
    ) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: stringToSign(request, date: date, scope: scope), using: key)
    }

    private func stringToSign(_ request: CanonicalRequest, date: String, scope: CredentialScope) -> [UInt8] {
        var bytes = Array("AWS4-HMAC-SHA256\n".utf8)
        bytes.reserveCapacity(160)
        bytes.append(contentsOf: date.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: scope.text.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: request.hash)
        return bytes
    }
}

extension Timestamp {
    /// `20150830T123600Z`, as `X-Amz-Date` wants it.
    var amzDate: String {
        let time = CalendarTime(self)
        var text: [UInt8] = []
        text.appendDigits(time.year, width: 4)
        text.appendDigits(time.month, width: 2)
        text.appendDigits(time.day, width: 2)
        text.append(UInt8(ascii: "T"))
        text.appendDigits(time.hour, width: 2)
        text.appendDigits(time.minute, width: 2)
        text.appendDigits(time.second, width: 2)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads `20150830T123600Z`; nil for anything else.
    init?(amzDate text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            let year = bytes.digits(0..<4), let month = bytes.digits(4..<6), let day = bytes.digits(6..<8),
            let hour = bytes.digits(9..<11), let minute = bytes.digits(11..<13),
            let second = bytes.digits(13..<15)
        else { return nil }
        let time = CalendarTime(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        guard let moment = time.timestamp else { return nil }
        self = moment
    }
}
