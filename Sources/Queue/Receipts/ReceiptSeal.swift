import Clockwork
import Crypto

/// Makes receipt handles that say by themselves what they stand for, and knows its own from any other.
///
/// A handle is 60 characters of base64url: version, queue, sequence number, receive count, moment of the receive in
/// microseconds, and the first half of an HMAC-SHA256 over all that.
public struct ReceiptSeal: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: Secret; handles survive a restart when it does. 16 bytes at least.
    public init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
    }

    /// The handle of a receipt.
    public func handle(_ receipt: Receipt) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.handleBytes)
        bytes.append(Self.version)
        bytes.append(bigEndian: receipt.queue.rawValue)
        bytes.append(bigEndian: receipt.sequence.rawValue)
        bytes.append(bigEndian: Int32(clamping: receipt.receiveCount))
        bytes.append(bigEndian: receipt.receivedAt.microseconds)
        bytes.append(
            contentsOf: HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(Self.codeBytes))
        return Base64URL.text(bytes)
    }

    /// Reads a handle that some receive from this queue gave out.
    ///
    /// - Throws: `ReceiptHandleIsInvalid` for a handle that we never made, or made for another queue.
    public func receipt(_ handle: String, for queue: QueueID) throws(QueueFault) -> Receipt {
        guard handle.utf8.count == Self.handleCharacters, let bytes = Base64URL.bytes(handle),
            bytes[0] == Self.version, isGenuine(bytes)
        else {
            throw QueueFault(
                .receiptHandleIsInvalid,
                "The input receipt handle \"\(handle)\" is not a valid receipt handle.")
        }
        let receipt = Receipt(
            queue: QueueID(bytes.integer(at: 1)), sequence: SequenceNumber(bytes.integer(at: 9)),
            receiveCount: Int(bytes.integer(at: 17) as Int32),
            receivedAt: Timestamp(microseconds: bytes.integer(at: 21)))
        guard receipt.queue == queue else {
            throw QueueFault(
                .receiptHandleIsInvalid, "The receipt handle \"\(handle)\" is not valid for this queue.")
        }
        return receipt
    }

    /// Compares in constant time.
    private func isGenuine(_ bytes: [UInt8]) -> Bool {
        let code = HMAC<SHA256>.authenticationCode(for: bytes.prefix(Self.contentBytes), using: key)
        let difference = zip(code, bytes.suffix(Self.codeBytes)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0
    }

    private static let version: UInt8 = 1
    private static let contentBytes = 29
    private static let codeBytes = 16
    private static let handleBytes = contentBytes + codeBytes
    private static let handleCharacters = handleBytes / 3 * 4
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    fileprivate func integer<Number: FixedWidthInteger>(at place: Int) -> Number {
        self[place..<(place + MemoryLayout<Number>.size)].reduce(0) {
            $0 << 8 | Number(truncatingIfNeeded: $1)
        }
    }
}
