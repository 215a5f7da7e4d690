import Clockwork
import JSON
import Outages
import Testing

@Suite struct `A street's record` {
    @Test func `is read as it was written`() throws {
        let record = StreetRecord(
            keeper: ProcessIdentity(number: 4_711, began: 99), openedAt: Timestamp(seconds: 1_795_382_043),
            isOpen: true,
            parts: [
                .init(
                    name: "oms", condition: "running", process: ProcessIdentity(number: 4_712, began: nil),
                    starts: 2),
                .init(name: "shop", condition: "held", process: nil, starts: 1),
            ])

        #expect(StreetRecord(try JSONValue(parsing: record.json.text)) == record)
    }

    @Test(arguments: [
        "{}", "[]", #"{"keeper": {"pid": 1}}"#, #"{"keeper": 1, "opened_at": "x", "parts": []}"#,
    ])
    func `is nothing that was cut off or is something else`(text: String) throws {
        #expect(StreetRecord(try JSONValue(parsing: text)) == nil)
    }
}

@Suite struct `Free ports` {
    @Test func `differ from each other`() {
        let ports = FreePorts.pick(20)

        #expect(Set(ports).count == 20)
        #expect(ports.allSatisfy { (1...65_535).contains($0) })
    }

    @Test func `are chosen where the settings leave the choice, and nowhere else`() {
        var settings = StreetSettings()
        settings.broker.port = 0
        settings.partners[1].address.port = 0

        let chosen = settings.withChosenPorts()

        #expect(chosen.broker.port != 0 && chosen.partners[1].address.port != 0)
        #expect(chosen.courier == settings.courier && chosen.partners[0] == settings.partners[0])
    }
}

@Suite struct `A street that is coupled` {
    @Test func `has an OMS that listens, and neither broker nor courier`() {
        var settings = StreetSettings()
        settings.wiring = .coupled

        #expect(
            settings.listeners.map(\.role) == ["partner-warehouse", "partner-crm", "partner-carrier", "oms"])
        #expect(settings.teller == "oms")
    }
}
