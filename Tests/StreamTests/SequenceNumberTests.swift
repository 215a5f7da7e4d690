import Clockwork
import Stream
import Testing

@Suite struct `A sequence number` {
    static let creation: Int64 = 1_700_000_000

    @Test(arguments: [
        (counter: 0, arrival: creation, text: "49646437577175378652512468275250536580403374760793210930"),
        (counter: 1, arrival: creation + 5, text: "49646437577175378652512468275251745506222989733565300786"),
        (
            counter: SequenceNumber.lastCounter, arrival: creation + 3_600,
            text: "49646437577186529025111733586820095513720331702487744562"
        ),
    ])
    func `is written as Kinesis writes it`(counter: UInt64, arrival: Int64, text: String) {
        let number = SequenceNumber(
            shardCreation: Self.creation, counter: counter, arrival: arrival, shard: 3)

        #expect(number.description == text)
        #expect(SequenceNumber(text) == number)
    }

    /// Published outputs of the service, 2015: a shard, its end, and its two children.
    @Test(arguments: [
        (text: "49548859072970256769156879668947671610661756289899560962", second: 1_426_526_784, shard: 0),
        (text: "49548859072981407141756144980517230543978492779512725506", second: 1_426_526_784, shard: 0),
        (text: "49548859213219643322715968606065803827347328807764754450", second: 1_426_527_177, shard: 1),
        (text: "49548859213241944067914499229207339545619977169270734882", second: 1_426_527_177, shard: 2),
    ])
    func `of Amazon's own is understood`(text: String, second: Int64, shard: Int32) throws {
        let number = try #require(SequenceNumber(text))

        #expect(number.shard == shard)
        #expect(abs(number.shardCreation - second) <= 2)
        #expect(number.description == text)
    }

    @Test(arguments: [
        "", "0", "1", "abc", "49646437577175378652512468275250536580403374760793210931",
        "99999999999999999999999999999999999999999999999999999999",
        "049646437577175378652512468275250536580403374760793210930",
        "-9646437577175378652512468275250536580403374760793210930",
    ])
    func `that was made up is refused`(text: String) {
        #expect(SequenceNumber(text) == nil)
    }

    @Test func `grows with its counter, whatever the second`() {
        let earlier = SequenceNumber(
            shardCreation: Self.creation, counter: 7, arrival: 1_800_000_000, shard: 0)
        let later = SequenceNumber(shardCreation: Self.creation, counter: 8, arrival: 1_700_000_000, shard: 0)

        #expect(earlier < later)
        #expect(earlier.description < later.description)
    }
}
