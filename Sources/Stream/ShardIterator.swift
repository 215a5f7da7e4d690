import Clockwork
import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What an iterator says: which shard of which stream, from which place, told when.
///
/// It carries all of this itself under a seal, so it costs no memory, survives a restart, and cannot be made up. A token
/// of ListShards says the same; what is sealed for one ``Purpose`` is void for the other.
public struct ShardIterator: Hashable, Sendable {
    public var stream: String
    public var streamCreation: Timestamp
    public var shard: Int
    public var place: ReadingPlace
    public var issuedAt: Timestamp

    public init(
        stream: String, streamCreation: Timestamp, shard: Int, place: ReadingPlace, issuedAt: Timestamp
    ) {
        self.stream = stream
        self.streamCreation = streamCreation
        self.shard = shard
        self.place = place
        self.issuedAt = issuedAt
    }

    /// What its holder may do with it.
    public enum Purpose: UInt8, Sendable {
        /// Read on from its place.
        case reading = 1
        /// List the shards behind its shard.
        case listing = 2
    }

    /// How long an iterator is good for.
    public static let lifetime = Duration.seconds(300)

    /// The text that a reader holds: at most 512 characters.
    public func sealed(for purpose: Purpose = .reading, with key: SymmetricKey) -> String {
        var bytes: [UInt8] = [purpose.rawValue, place.isInclusive ? 1 : 0]
        for number in [
            UInt64(bitPattern: issuedAt.milliseconds), UInt64(bitPattern: streamCreation.microseconds),
            UInt64(shard),
            place.counter, UInt64(bitPattern: place.arrivalSecond),
        ] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
            }
        }
        bytes.append(contentsOf: stream.utf8)
        let seal = HMAC<SHA256>.authenticationCode(for: bytes, using: key)
        return Data(bytes + Array(seal.prefix(Self.sealBytes))).base64EncodedString()
    }

    /// Reads an iterator; one pair of quotes around it does no harm.
    ///
    /// - Throws: `InvalidArgumentException` when it is none of ours, `ExpiredIteratorException` when it is too old.
    public init(
        unsealing text: String, for purpose: Purpose = .reading, with key: SymmetricKey, now: Timestamp
    ) throws(StreamFault) {
        let bare =
            text.count > 2 && text.first == "\"" && text.last == "\""
            ? String(text.dropFirst().dropLast()) : text
        guard let data = Data(base64Encoded: bare), data.count >= Self.headBytes + Self.sealBytes else {
            throw Self.notOurs
        }
        let bytes = [UInt8](data.dropLast(Self.sealBytes))
        let seal = HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(Self.sealBytes)
        let difference = zip(seal, data.suffix(Self.sealBytes)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0, bytes[0] == purpose.rawValue else { throw Self.notOurs }
        func number(_ place: Int) -> UInt64 {
            bytes[(2 + 8 * place)..<(10 + 8 * place)].reduce(0) { $0 << 8 | UInt64($1) }
        }
        issuedAt = Timestamp(milliseconds: Int64(bitPattern: number(0)))
        streamCreation = Timestamp(microseconds: Int64(bitPattern: number(1)))
        shard = Int(number(2))
        place = ReadingPlace(
            counter: number(3), arrivalSecond: Int64(bitPattern: number(4)), isInclusive: bytes[1] == 1)
        stream = String(decoding: bytes[Self.headBytes...], as: UTF8.self)
        if let fault = expiry(after: Self.lifetime, now: now) { throw fault }
    }

    /// Why it may no longer be used; nil while it is young enough.
    ///
    /// - Parameter lifetime: How old it may become.
    public func expiry(after lifetime: Duration, now: Timestamp) -> StreamFault? {
        guard now - issuedAt > lifetime else { return nil }
        return StreamFault(
            "ExpiredIteratorException",
            """
            Iterator expired. The iterator was created at time \(issuedAt) while right now it is \(now) which is \
            further in the future than the tolerated delay of \(lifetime.milliseconds) milliseconds.
            """)
    }

    private static let headBytes = 42
    private static let sealBytes = 16
    private static let notOurs = StreamFault.invalidArgument("Invalid ShardIterator.")
}
