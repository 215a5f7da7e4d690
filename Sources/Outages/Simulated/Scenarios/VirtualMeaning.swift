/// What of a scenario has no meaning in virtual time, and why.
enum VirtualMeaning {
    /// A sentence for each thing that cannot be played there; empty when the scenario can.
    static func misfits(in scenario: Scenario) -> [String] {
        var misfits = scenario.faults.compactMap { fault in
            misfit(of: fault).map { "\(fault.target) \(fault.kind.rawValue): \($0)" }
        }
        if scenario.staging.system.wiring == .coupled {
            misfits.append("wiring coupled: only a street with queue and stream stands there")
        }
        if scenario.staging.system.consumer == .asPrinted {
            misfits.append(
                "consumer as-printed: it asks as fast as calls can be, and they take hardly any time there")
        }
        let workload = scenario.staging.workload
        if case .onlineRetail = workload.plan.source {
            misfits.append("online-retail: only orders of our own are sold there")
        }
        if workload.stopAfter != nil { misfits.append("stop_after: the shop sells all that it has") }
        if workload.startAt > .zero { misfits.append("start_at: the shop opens with the street") }
        return misfits
    }

    private static func misfit(of fault: FaultRequest) -> String? {
        switch fault.kind {
        case .bandwidth, .slicer, .slowClose, .limitData:
            return "there are requests and answers, and no bytes on a connection"
        case .swap, .damage, .readonly: return "it befalls a file of the machine's"
        case .drift: return "a clock jumps there, and does not drift"
        case .kill where fault["restart"] == "never": return "whoever dies is started again"
        default: break
        }
        switch fault.target {
        case .orderQueue: return "only the shop sends"
        case .process(let process) where process.number > 1, .clock(let process) where process.number > 1:
            return "there is one process of each role"
        default: return nil
        }
    }
}
