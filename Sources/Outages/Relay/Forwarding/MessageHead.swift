/// What a relay has to know of the head of a request or an answer.
struct MessageHead: Hashable {
    /// Of a request, such as `POST`; empty in an answer.
    var method = ""
    /// Of an answer; 0 in a request.
    var status = 0
    var contentLength: Int?
    var isChunked = false
    /// False where the sender means to close afterwards.
    var keepsOpen = true
    /// True for a request whose body waits for `100 Continue`.
    var expectsContinue = false
    /// The fault that a question only wants to see at work; nil for a request in earnest.
    var probed: String?

    /// True for an answer that another one follows.
    var isInterim: Bool { (100..<200).contains(status) && status != 101 }

    /// The fault that gave this answer in the target's place.
    var fault: String?

    /// The field by which an answer tells the fault that gave it.
    static let faultField = "x-orderflow-fault"
    /// The field by which a probe tells which fault it asks after.
    static let probeField = "x-orderflow-probe"

    /// Where a head ends, if it does.
    ///
    /// - Parameter start: How many bytes were searched before in vain.
    static func end(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        let isBreak: (UInt8) -> Bool = { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
        guard let first = bytes.firstIndex(where: { !isBreak($0) }) else { return nil }
        var at = max(first, start - 3)
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "\n") else {
                at += 1
                continue
            }
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "\n") { return at + 1 }
            if at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\r"), bytes[at + 1] == UInt8(ascii: "\n") {
                return at + 2
            }
        }
        return nil
    }

    /// - Returns: Nil for what is no HTTP/1.x, or does not tell one length.
    init?(_ bytes: UnsafeRawBufferPointer, of kind: MessageFraming.Kind) {
        var lines = bytes.split(separator: UInt8(ascii: "\n")).lazy
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
            .filter { !$0.isEmpty }.makeIterator()
        guard let first = lines.next(), readStart(first, of: kind) else { return nil }
        while let line = lines.next() {
            guard readField(line) else { return nil }
        }
    }

    private mutating func readStart(_ line: Slice<UnsafeRawBufferPointer>, of kind: MessageFraming.Kind)
        -> Bool
    {
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: true)
        guard words.count >= 2 else { return false }
        let version = kind == .requests ? words[words.count - 1] : words[0]
        guard version.count == 8, version.starts(with: "HTTP/1.".utf8) else { return false }
        if version.last == UInt8(ascii: "0") { keepsOpen = false }
        switch kind {
        case .requests:
            method = String(decoding: words[0], as: UTF8.self)
            return words.count == 3
        case .answers:
            status = Int(String(decoding: words[1], as: UTF8.self)) ?? 0
            return (100...599).contains(status)
        }
    }

    private mutating func readField(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let name = line[..<colon]
        // Most fields are none of ours, and their lengths tell it.
        guard Self.lengths.contains(name.count) else { return true }
        let value = line[line.index(after: colon)...]
        if name.isSpelled("content-length") {
            guard let length = Int(value.word), length >= 0, contentLength ?? length == length else {
                return false
            }
            contentLength = length
        } else if name.isSpelled("transfer-encoding") {
            isChunked = value.word.hasSuffix("chunked")
        } else if name.isSpelled("connection") {
            if value.word.contains("close") { keepsOpen = false }
            if value.word.contains("keep-alive") { keepsOpen = true }
        } else if name.isSpelled("expect") {
            expectsContinue = value.word == "100-continue"
        } else if name.isSpelled(Self.probeField) {
            probed = value.text
        } else if name.isSpelled(Self.faultField) {
            fault = value.text
        }
        return true
    }

    private static let lengths: Set<Int> = [
        "content-length".utf8.count, "transfer-encoding".utf8.count, "connection".utf8.count,
        "expect".utf8.count, probeField.utf8.count, faultField.utf8.count,
    ]
}

extension Slice<UnsafeRawBufferPointer> {
    /// Equal but for the case of letters. - Parameter name: In lower case.
    fileprivate func isSpelled(_ name: String) -> Bool {
        count == name.utf8.count && zip(self, name.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }

    /// The value without white space around it, in lower case.
    fileprivate var word: String { text.lowercased() }

    /// The value without white space around it.
    fileprivate var text: String {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard let first = firstIndex(where: { !isSpace($0) }),
            let last = lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(decoding: self[first...last], as: UTF8.self)
    }
}
