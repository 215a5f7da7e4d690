import Courier
import Function
import OMS
import Orders

/// What a street's settings mean to its roles, in whichever theatre they are played.
extension OrderManagement.Settings {
    package init(of street: StreetSettings) {
        self.init()
        workers = street.workers
        visibility = street.consumer == .asPrinted ? .zero : street.visibilityTimeout
        deletesMessages = street.consumer == .sound
        queue = .name(street.queueKind == .fifo ? Pipeline.orderQueue : Pipeline.standardOrderQueue)
    }
}

extension FunctionSettings {
    package init(of street: StreetSettings) {
        self.init(streamName: Pipeline.eventStream)
        waking = street.reader ?? (street.streamEndpoint == nil ? .push : .poll)
        consumerName = street.consumerName
        pollInterval = street.pollInterval
    }
}

extension Patience {
    package init(_ schedule: StreetSettings.RetrySchedule) {
        self = schedule == .fast ? .fast : .standard
    }
}
