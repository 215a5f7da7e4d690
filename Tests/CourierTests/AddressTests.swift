import Courier
import Testing

@Suite struct `The address guard` {
    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "169.254.169.254", "168.63.129.16", "192.0.0.1",
        "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1", "64:ff9b:1::a9fe:a9fe", "100::1", "2001::1", "2001:1ff::1", "2001:db8::1",
        "2002:7f00:1::", "fe80::1", "fec0::1", "ff02::1",
    ])
    func `forbids what lies on this machine or has a role of its own`(_ text: String) throws {
        let address = try #require(IPAddress(text))

        #expect(AddressGuard.tier(of: address) == .forbidden)
        #expect(!AddressGuard(reach: .world, allowed: ["0.0.0.0/0", "::/0"]).permits(address))
        #expect(AddressGuard(reach: .world, allowed: [try #require(Network(text))]).permits(address))
    }

    @Test(arguments: [
        "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "172.16.0.1", "172.31.255.255",
        "192.168.1.1",
        "fc00::1", "fdff::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:c0a8:101::",
    ])
    func `keeps out of private networks, unless their block is allowed`(_ text: String) throws {
        let address = try #require(IPAddress(text))

        #expect(AddressGuard.tier(of: address) == .private)
        #expect(!AddressGuard(reach: .world).permits(address))
        #expect(AddressGuard(reach: .world, allowed: ["0.0.0.0/0", "::/0"]).permits(address))
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.0.0.1", "128.0.0.1",
        "169.253.1.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255",
        "2001:200::1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101",
    ])
    func `lets public addresses pass where the world is meant`(_ text: String) throws {
        let address = try #require(IPAddress(text))

        #expect(AddressGuard.tier(of: address) == .open)
        #expect(AddressGuard(reach: .world).permits(address))
        #expect(!AddressGuard(reach: .thisMachine).permits(address))
    }

    @Test func `by itself lets nothing pass but this machine`() throws {
        let guarding = AddressGuard()

        #expect(guarding.permits(try #require(IPAddress("127.0.0.1"))))
        #expect(guarding.permits(try #require(IPAddress("::1"))))
        #expect(!guarding.permits(try #require(IPAddress("127.0.0.2"))))
        #expect(!guarding.permits(try #require(IPAddress("10.0.0.1"))))
    }

    @Test(arguments: [
        "0x7f.1", "2130706433", "0177.0.0.1", "127.1", "1.2.3.4.5", "256.0.0.1", "localhost", "", "::g",
    ])
    func `does not take odd spellings for addresses`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0.0/8/8", "/8", "::/129"])
    func `does not take nonsense for blocks`(_ text: String) {
        #expect(Network(text) == nil)
    }
}

@Suite struct `An endpoint's URL` {
    @Test(arguments: [
        ("http://127.0.0.1:9001/webhooks", "http", "127.0.0.1", 9_001, "/webhooks", ""),
        ("http://localhost", "http", "localhost", 80, "/", ""),
        ("HTTPS://crm.example/a/b?x=1&y=2", "https", "crm.example", 443, "/a/b", "x=1&y=2"),
        ("https://crm.example:8443?x", "https", "crm.example", 8_443, "/", "x"),
        ("http://[::1]:9001/w", "http", "::1", 9_001, "/w", ""),
    ])
    func `is read into its parts`(
        text: String, scheme: String, host: String, port: Int, path: String, query: String
    ) throws {
        let url = try #require(EndpointURL(text))

        #expect(url.scheme == scheme && url.host == host && url.port == port)
        #expect(url.path == path && url.query == query)
    }

    @Test(arguments: [
        "", "crm.example", "ftp://crm.example/", "http://", "http:///path", "http://user:pass@crm.example/",
        "http://crm.example:0/", "http://crm.example:65536/", "http://crm.example:/", "http://crm.example:x/",
        "http://[::1/", "http://[crm]/", "http://crm.example/a b", "http://crm.example/#top",
        "http://crm.example/\r\nx-evil: 1", "http://crm.example/ü",
    ])
    func `is refused when it is not one, or says more than a place`(_ text: String) {
        #expect(EndpointURL(text) == nil)
    }

    @Test(arguments: ["http://127.0.0.1:9001/webhooks", "https://crm.example/a?x=1", "http://[::1]:9001/w"])
    func `is written as it was read`(_ text: String) {
        #expect(EndpointURL(text)?.description == text)
    }
}
