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
