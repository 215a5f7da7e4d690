import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension UnsafeRawBufferPointer {
    /// Where a text ends that stands at or behind a place; nil when it does not. At the speed of `memchr`.
    func end(of text: String, from place: Int = 0) -> Int? {
        var text = text
        return text.withUTF8 { sought in
            guard let first = sought.first, let pattern = sought.baseAddress, let base = baseAddress else {
                return nil
            }
            var place = place
            while count - place >= sought.count {
                guard let found = memchr(base + place, Int32(first), count - place - sought.count + 1) else {
                    return nil
                }
                place = UnsafeRawPointer(found) - base
                if memcmp(found, pattern, sought.count) == 0 { return place + sought.count }
                place += 1
            }
            return nil
        }
    }
}

/// What the load has to know of a JSON answer, without reading the rest: it must cost little beside what it measures.
extension ByteBuffer {
    /// The texts that a member has, wherever it stands.
    func texts(of member: String) -> [String] {
        places(of: "\"\(member)\":\"").compactMap { place in
            let rest = readableBytesView[place...]
            guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
            return String(decoding: rest[..<end], as: UTF8.self)
        }
    }

    /// How often a member stands there with a text.
    func count(of member: String) -> Int {
        places(of: "\"\(member)\":\"").count
    }

    /// Where each occurrence of a text ends.
    private func places(of text: String) -> [Int] {
        withUnsafeReadableBytes { bytes in
            var places: [Int] = []
            var from = 0
            while let end = bytes.end(of: text, from: from) {
                places.append(end + readerIndex)
                from = end
            }
            return places
        }
    }
}
