/// Scenario files to read.
enum ScenarioText {
    /// The example of the product's description, in the long form, with everything that there is.
    static let full = """
        title: The order system is killed while the shop keeps selling
        description: >-
          The worker dies without warning for twenty seconds in the middle of a batch.
          Orders must wait in the queue, none may be lost or stored twice, and the shop must not notice.
        tags: [core, process, oms]
        contributions:
          durability: high
          availability: high
        configuration:
          outage: "20"
        steady-state-hypothesis:
          title: Nothing acknowledged is lost and the shop is open
          probes:
            - type: probe
              name: no-order-lost
              tolerance: 0
              provider:
                type: process
                path: orderflow
                arguments: [audit, --require, "no-loss,no-duplicate,no-invention,no-alteration", --json]
                timeout: 30
            - type: probe
              name: shop-is-open
              tolerance: 0
              provider:
                type: process
                path: orderflow
                arguments: [check, shop-open, --min-share, "1.0", --max-p99-ms, "250", --window, 5s]
                timeout: 10
        method:
          - type: action
            name: kill-the-worker
            provider:
              type: process
              path: orderflow
              arguments: [fault, add, oms, kill, --for, "${outage}s", --name, dead-worker]
            pauses:
              after: 20
          - type: probe
            name: orders-were-waiting
            tolerance: {type: regex, target: stdout, pattern: '"waiting":[1-9]'}
            provider:
              type: process
              path: orderflow
              arguments: [queue, stats, orders, --json]
          - type: action
            name: wait-for-recovery
            provider:
              type: process
              path: orderflow
              arguments: [wait, "waiting=0", "in_flight=0", "outbox=0", "deliveries_pending=0", --timeout, 30s]
        rollbacks:
          - type: action
            name: clear-all-faults
            provider:
              type: process
              path: orderflow
              arguments: [fault, clear, --all]
        runtime:
          hypothesis:
            strategy: continuously
          rollbacks:
            strategy: always
        extensions:
          - name: orderflow
            format: 1
            expect: hold
            seed: 7
            system: {workers: 2, partners: [warehouse, crm, carrier], visibility_timeout: 8s, max_receive_count: 4}
            workload: {source: house-day, speed: 549, start_at: 0s, stop_after: 60s}
            warm_up: 5s
            must_hold: [no-loss, no-invention, no-duplicate, no-alteration, shop-open, published, notified, one-effect, history-legal, recovered, no-leftover]
            limits: {recovery: 15s, p95_age: 1s, repeats_per_partner: 30}

        """

    /// A scenario that is valid and short: method and staging can be chosen.
    ///
    /// The method begins in line 3, and the staging in the line behind `format: 1`.
    static func short(
        method: String = "  - do: fault add oms kill --for 5s", workload: String = "{orders: 100, rate: 20}",
        mustHold: String = "[base]", staging: String = "", rest: String = ""
    ) -> String {
        """
        title: Short
        description: As short as can be.
        method:
        \(method)
        extensions:
          - name: orderflow
            format: 1
            workload: \(workload)
            must_hold: \(mustHold)
        \(staging.isEmpty ? "" : "    \(staging)\n")\(rest)
        """
    }
}
