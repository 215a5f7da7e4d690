import Clockwork
import Logging

extension Disk {
    /// Looks regularly whether the file is still the one we write and whether there is room, until the task is cancelled
    /// or the file is another one; then the process has been told to end.
    package func keepWatch(
        by time: any TimeSource, every span: Duration = .seconds(1), logger: Logger
    ) async {
        while (try? verifyPlace()) != nil {
            measureSpace(logger)
            guard (try? await time.sleep(for: span)) != nil else { return }
        }
    }

    private func measureSpace(_ logger: Logger) {
        guard let change = space?.look(), change.before != change.after else { return }
        switch change.after {
        case .ample:
            logger.info("Disk space is ample again", metadata: ["file": "\(name)"])
        case .scarce:
            logger.warning("Disk space runs short", metadata: ["file": "\(name)"])
        case .shut:
            logger.error("Disk nearly full: nothing new is taken in", metadata: ["file": "\(name)"])
        case .need:
            logger.error("Disk full: the ballast is given back", metadata: ["file": "\(name)"])
            _ = try? checkpoint()  // moves what it can while there is room; the next one will do the rest
        }
    }
}
