/// Rows and fields of a text with commas.
///
/// Source: RFC 4180. Lines may end in LF alone, as our files' do; the last one need not end at all.
struct CSV: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var place = 0
    /// The line on which the row that was read last began, counted from 1.
    private(set) var line = 0
    private var nextLine = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The fields of the next row that is not empty.
    mutating func next() -> [String]? {
        while place < bytes.count, bytes[place].endsLine { step() }
        guard place < bytes.count else { return nil }
        line = nextLine
        var fields = [field()]
        while place < bytes.count, bytes[place] == UInt8(ascii: ",") {
            step()
            fields.append(field())
        }
        return fields
    }

    private mutating func field() -> String {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return plainField() }
        step()
        var text: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            step()
            if byte == UInt8(ascii: "\"") {
                guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { break }
                step()
            }
            text.append(byte)
        }
        return String(decoding: text, as: UTF8.self) + plainField()
    }

    private mutating func plainField() -> String {
        let start = place
        while place < bytes.count, bytes[place] != UInt8(ascii: ","), !bytes[place].endsLine { place += 1 }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private mutating func step() {
        if bytes[place] == UInt8(ascii: "\n") { nextLine += 1 }
        place += 1
    }
}

extension UInt8 {
    fileprivate var endsLine: Bool { self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r") }
}
