import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A pipe that ties children to their parent: they read from it, nobody ever writes, and when the parent dies, however
/// it dies, the kernel closes the other end and every child sees the end of its input.
package final class Lifeline: Sendable {
    private let childEnd: FileDescriptor
    private let parentEnd: FileDescriptor

    package init() throws {
        (childEnd, parentEnd) = try FileDescriptor.pipe()
        _ = fcntl(childEnd.rawValue, F_SETFD, FD_CLOEXEC)
        _ = fcntl(parentEnd.rawValue, F_SETFD, FD_CLOEXEC)
    }

    /// A child's standard input; to be closed in the parent once the child has it.
    func inputForChild() throws -> FileDescriptor {
        try childEnd.duplicate()
    }

    deinit {
        try? childEnd.close()
        try? parentEnd.close()
    }

    /// In a child: calls `end` once the parent is gone. Blocks a thread of its own, which costs nothing else.
    package static func watch(_ end: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Farewell(end))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let farewell = Unmanaged<Farewell>.fromOpaque(argument).takeRetainedValue()
                var byte: UInt8 = 0
                while true {
                    let count = read(STDIN_FILENO, &byte, 1)
                    if count == 0 || (count < 0 && errno != EINTR) { break }
                }
                farewell.end()
                return nil
            }, box.toOpaque())
        if failure == 0 { pthread_detach(thread) } else { box.release() }
    }

    private final class Farewell: Sendable {
        let end: @Sendable () -> Void
        init(_ end: @escaping @Sendable () -> Void) { self.end = end }
    }
}
