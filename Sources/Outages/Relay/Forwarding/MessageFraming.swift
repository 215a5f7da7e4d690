import NIOCore

/// Finds where one HTTP/1.1 message ends and the next begins, without changing a byte.
///
/// A head is handed over whole, and what follows in the pieces in which it came. What is no HTTP/1.1 is handed over
/// as it is from there on.
///
/// Source: RFC 9112, sections 2.2, 6.3 and 7.1.
struct MessageFraming {
    enum Kind { case requests, answers }

    /// The next bytes of a message.
    struct Part {
        var bytes: ByteBuffer
        /// Told with the bytes that are a message's head.
        var head: MessageHead?
        /// True when the message ends with these bytes.
        var isLast: Bool
    }

    private enum Place: Equatable {
        case head
        case sized(left: Int)
        case chunkSize(Int, isInExtension: Bool)
        case chunk(left: Int)
        case trailers(lineBytes: Int)
        /// The body of an answer that ends with its connection.
        case untilEnd
        case opaque
    }

    private let kind: Kind
    private var place = Place.head
    /// Bytes of an unfinished head that have been looked at.
    private var searched = 0

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// Whether the next byte belongs to a message that has not been handed over yet.
    var isBetweenMessages: Bool { place == .head }
    /// True once something came that is no HTTP/1.1.
    var isOpaque: Bool { place == .opaque }

    /// Takes the next part from what has come.
    ///
    /// - Parameter answersHead: Whether an answer that begins now is one to `HEAD`, and so has no body.
    /// - Returns: Nil when more has to come first.
    mutating func next(from buffer: inout ByteBuffer, answersHead: Bool = false) -> Part? {
        guard buffer.readableBytes > 0 else { return nil }
        if place == .head { return nextHead(from: &buffer, answersHead: answersHead) }
        let (count, isLast) = buffer.withUnsafeReadableBytes { advance(through: $0) }
        return buffer.readSlice(length: count).map { Part(bytes: $0, head: nil, isLast: isLast) }
    }

    // MARK: Heads

    private mutating func nextHead(from buffer: inout ByteBuffer, answersHead: Bool) -> Part? {
        let end = buffer.withUnsafeReadableBytes { MessageHead.end(in: $0, from: searched) }
        guard let end else {
            searched = buffer.readableBytes
            let isHopeless = searched > Self.mostHeadBytes || !buffer.withUnsafeReadableBytes(beginsWell)
            return isHopeless ? opaque(&buffer) : nil
        }
        searched = 0
        let read = buffer.withUnsafeReadableBytes {
            MessageHead(UnsafeRawBufferPointer(rebasing: $0[..<end]), of: kind)
        }
        guard let head = read else { return opaque(&buffer) }
        place = body(after: head, answersHead: answersHead)
        // An interim answer is not the last word.
        let isLast = place == .head && !head.isInterim
        return buffer.readSlice(length: end).map { Part(bytes: $0, head: head, isLast: isLast) }
    }

    private func body(after head: MessageHead, answersHead: Bool) -> Place {
        switch kind {
        case .requests:
            if head.method == "CONNECT" { return .opaque }
            if head.isChunked { return .chunkSize(0, isInExtension: false) }
        case .answers:
            if head.status == 101 { return .opaque }
            if answersHead || head.isInterim || head.status == 204 || head.status == 304 { return .head }
            if head.isChunked { return .chunkSize(0, isInExtension: false) }
            if head.contentLength == nil { return .untilEnd }
        }
        return head.contentLength.map { $0 > 0 ? .sized(left: $0) : .head } ?? .head
    }

    private mutating func opaque(_ buffer: inout ByteBuffer) -> Part? {
        place = .opaque
        return next(from: &buffer)
    }

    /// A method or `HTTP/1.`, after empty lines: enough to see early that something else is spoken.
    private func beginsWell(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let first = bytes.first { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        return first.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } ?? true
    }

    private static let mostHeadBytes = 256 << 10

    // MARK: Bodies

    /// - Returns: How many bytes belong to this message, and whether it ends with them.
    private mutating func advance(through bytes: UnsafeRawBufferPointer) -> (count: Int, isLast: Bool) {
        var at = 0
        while at < bytes.count {
            switch place {
            case .head: return (at, true)
            case .untilEnd, .opaque: return (bytes.count, false)
            case .sized(let left):
                let count = min(left, bytes.count - at)
                at += count
                place = count == left ? .head : .sized(left: left - count)
            case .chunk(let left):
                let count = min(left, bytes.count - at)
                at += count
                place =
                    count == left ? .chunkSize(0, isInExtension: false) : .chunk(left: left - count)
            case .chunkSize(let size, let isInExtension):
                place = afterSize(size, isInExtension: isInExtension, byte: bytes[at])
                at += 1
            case .trailers(let lineBytes):
                switch bytes[at] {
                case UInt8(ascii: "\n"): place = lineBytes == 0 ? .head : .trailers(lineBytes: 0)
                case UInt8(ascii: "\r"): break
                default: place = .trailers(lineBytes: lineBytes + 1)
                }
                at += 1
            }
        }
        return (at, place == .head)
    }

    private func afterSize(_ size: Int, isInExtension: Bool, byte: UInt8) -> Place {
        if byte == UInt8(ascii: "\n") {
            // The line break after a chunk's bytes counts as its own.
            return size == 0 ? .trailers(lineBytes: 0) : .chunk(left: size + 2)
        }
        guard !isInExtension, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
            return .chunkSize(size, isInExtension: true)
        }
        return size < 1 << 50 ? .chunkSize(size << 4 | digit, isInExtension: false) : .opaque
    }
}
