import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// How a verb ends when it does not end well: words for the person at the terminal, a status for programs.
struct Ending: Error, CustomStringConvertible {
    var status: Int32
    var words: String

    var description: String { words }

    /// Ends the process now, without tidying up: nothing more may be written.
    static func end(_ status: Int32, _ words: String) -> Never {
        complain(words)
        _exit(status)
    }

    static func complain(_ words: String) {
        Console.write("orderflow: \(words)\n", to: STDERR_FILENO)
    }
}

/// The terminal, without a buffer in between: what was said is out.
enum Console {
    static func say(_ line: String) {
        write("\(line)\n", to: STDOUT_FILENO)
    }

    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { bytes in
                #if canImport(Glibc)
                Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                #else
                Darwin.write(descriptor, bytes.baseAddress, bytes.count)
                #endif
            }
            guard count > 0 else { return }  // nobody reads any more
            rest = rest.dropFirst(count)
        }
    }
}
