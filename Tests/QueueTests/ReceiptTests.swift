import Clockwork
import Queue
import Testing

@Suite struct `A receipt handle` {
    private let seal = ReceiptSeal(key: Array(repeating: 7, count: 32))
    private let receipt = Receipt(
        queue: QueueID(3), sequence: SequenceNumber(.max - 5), receiveCount: 70_000,
        receivedAt: .noon + .microseconds(1))

    @Test func `says which receive of which message it stands for`() throws {
        let handle = seal.handle(receipt)

        #expect(try seal.receipt(handle, for: QueueID(3)) == receipt)
        #expect(handle.utf8.count == 60)
    }

    @Test func `of another queue is refused as such`() {
        let handle = seal.handle(receipt)

        #expect(
            throws: QueueFault(
                .receiptHandleIsInvalid, "The receipt handle \"\(handle)\" is not valid for this queue.")
        ) {
            try seal.receipt(handle, for: QueueID(4))
        }
    }

    @Test(arguments: [
        "", "garbage", "ÄÖÜ", String(repeating: "A", count: 60), String(repeating: "=", count: 60),
        String(repeating: "A", count: 2_000),
    ])
    func `that we never made is refused`(handle: String) {
        #expect(
            throws: QueueFault(
                .receiptHandleIsInvalid,
                "The input receipt handle \"\(handle)\" is not a valid receipt handle.")
        ) { try seal.receipt(handle, for: QueueID(3)) }
    }

    @Test func `is worth nothing once any character of it is another`() {
        let handle = Array(seal.handle(receipt))
        for place in handle.indices {
            var forged = handle
            forged[place] = forged[place] == "A" ? "B" : "A"

            #expect(throws: QueueFault.self) { try seal.receipt(String(forged), for: QueueID(3)) }
        }
    }

    @Test func `of another key is refused`() {
        let other = ReceiptSeal(key: Array(repeating: 8, count: 32))

        #expect(throws: QueueFault.self) { try other.receipt(seal.handle(receipt), for: QueueID(3)) }
    }

    @Test func `is refused in Amazon's words, for a request and for an entry of a batch`() {
        #expect(
            ReceiptRefusal.expired.fault(handle: "H")
                == QueueFault(
                    .invalidParameterValue,
                    "Value H for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.")
        )
        #expect(
            ReceiptRefusal.expired.entryFault(handle: "H")
                == QueueFault(.receiptHandleIsInvalid, "The receipt handle has expired"))
        #expect(
            ReceiptRefusal.gone.fault(handle: "H").message
                == "Value H for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change."
        )
        #expect(
            ReceiptRefusal.tooLong(seconds: 43_200).fault(handle: "H").message
                == "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]."
        )
    }
}

@Suite struct `A sequence number` {
    @Test func `has 20 digits and sorts as text as it does as a number`() {
        let texts = [1, 9, 10, 1_000_000, Int64.max / 2].map { SequenceNumber($0).description }

        #expect(texts.allSatisfy { $0.count == 20 })
        #expect(texts == texts.sorted())
    }
}
