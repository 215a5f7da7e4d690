import ArgumentParser
import Clockwork
import JSON

/// `orderflow bench trim`: whether writers have to wait while expired records leave.
struct TrimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trim",
        abstract: "Measure a steady writer while all older records of its stream expire and are removed.",
        discussion: """
            A stream that keeps records for 48 hours is filled in a broker, a process of its own. No record can expire \
            before it is 24 hours old, so the broker is killed and its file prepared by hand: all records have arrived 24 \
            hours earlier. Started again, it gets single puts at a steady rate; then the stream's retention is lowered to \
            24 hours, and all of them go. A put's time is from when it was due, so that it counts whoever had to wait. At \
            last as many records are put again: refilled is the file's size afterwards. It is larger than the full file by \
            what the steady writer has put, and by no more where the free room has been taken. With 10,000,000 records \
            it takes ten minutes and 3 GB of disk. Exits with 0.
            """)

    @Option(help: "Records that expire, in whole five hundreds.") var records = 1_000_000
    @Option(help: "Bytes of one record.") var bytes = 100
    @Option(help: "Puts of the writer in a second.") var rate = 200
    @Option(help: "Seconds of the writer before the trim.") var seconds = 5
    @OptionGroup var options: MeasuringOptions

    func validate() throws {
        guard records >= 500, records.isMultiple(of: 500), bytes > 0, rate > 0, seconds > 0 else {
            throw ValidationError("--records wants a multiple of 500; all numbers are above 0.")
        }
    }

    func run() async throws {
        let finding = try await options.inScratch { scratch in
            let data = "\(scratch)/broker"
            return try await BrokerProcess.with(dataIn: data) { broker in
                try await TrimLoad(records: records, bytes: bytes, rate: rate, span: .seconds(seconds))
                    .measure(broker, dataIn: data)
            }
        }
        options.print(finding.listing)
    }
}
