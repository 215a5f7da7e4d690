import Clockwork
import Inspection

extension RunStory {
    /// All lanes below the faults, from the shop to the partners.
    func lanes(on axis: TimeAxis) -> [PictureLane] {
        [
            whyUntold(.shop).map { .untold("shop", because: $0) } ?? shopLane(axis), queueLane(axis),
            whyUntold(.oms).map { .untold("oms", because: $0) } ?? intakeLane(axis),
            whyUntold(.oms, .notify).map { .untold("stream", because: $0) } ?? streamLane(axis),
        ] + (whyUntold(.notify).map { [.untold("partners", because: $0)] } ?? partnerLanes(axis))
    }

    // MARK: Lane by lane

    private func shopLane(_ axis: TimeAxis) -> PictureLane {
        let span = axis.spanOfParts(atMost: 120)
        let (yes, no) = (
            axis.counts(of: shop.acknowledged, per: span),
            axis.counts(of: shop.refused + shop.unknown, per: span)
        )
        let top = zip(yes, no).map(+).max() ?? 0
        let trouble = [(shop.refused.count, "refused"), (shop.unknown.count, "unanswered")]
            .filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
        return PictureLane(
            name: "shop", note: "\(shop.acknowledged.count) sends acknowledged\(trouble)", height: 52,
            shapes: [
                .init(
                    path: Curve.bars(yes, per: span, on: axis, top: top, height: 52), meaning: .flow,
                    title: "acknowledged, at most \(Self.rate(yes, span)) a second"),
                .init(
                    path: Curve.bars(no, standingOn: yes, per: span, on: axis, top: top, height: 52),
                    meaning: .bad, title: "refused, or never answered"),
            ])
    }

    /// As sampled by the conductor; without samples, reckoned from the ledgers of shop and OMS.
    private func queueLane(_ axis: TimeAxis) -> PictureLane {
        guard !notes.samples.isEmpty else {
            if let reason = whyUntold(.shop, .oms) { return .untold("queue", because: reason) }
            let waits = queueWaits
            return PictureLane(
                name: "queue", note: "at most \(waits.most) under way", height: 60,
                shapes: [area(of: waits, on: axis, top: waits.most, height: 60, "waiting or in flight")])
        }
        let all = notes.samples.map { ($0.at, $0.waiting + $0.inFlight) }
        let held = notes.samples.map { ($0.at, $0.inFlight) }
        let top = all.map(\.1).max() ?? 0
        let oldest = notes.samples.compactMap(\.oldestAgeMilliseconds).max() ?? 0
        let age = oldest < 1_000 ? "" : ", the oldest for \(TimeSpan.written(.milliseconds(oldest)))"
        return PictureLane(
            name: "queue", note: "at most \(top) waiting or in flight\(age)", height: 60,
            shapes: [
                .init(
                    path: Curve.area(all, on: axis, top: top, height: 60), meaning: .wait,
                    title: "waiting and in flight"),
                .init(
                    path: Curve.area(held, on: axis, top: top, height: 60), meaning: .held, title: "in flight"
                ),
            ])
    }

    private func intakeLane(_ axis: TimeAxis) -> PictureLane {
        let span = axis.spanOfParts(atMost: 120)
        let (yes, no) = (
            axis.counts(of: intake.stored, per: span), axis.counts(of: intake.rejected, per: span)
        )
        let top = zip(yes, no).map(+).max() ?? 0
        let others = [(intake.conflicts.count, "conflict"), (intake.repeats.count, "repeat")]
            .filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined()
        return PictureLane(
            name: "oms",
            note: "\(intake.stored.count) stored, \(intake.rejected.count) rejected\(others)",
            height: 52,
            shapes: [
                .init(
                    path: Curve.bars(yes, per: span, on: axis, top: top, height: 52), meaning: .flow,
                    title: "stored, at most \(Self.rate(yes, span)) a second"),
                .init(
                    path: Curve.bars(no, standingOn: yes, per: span, on: axis, top: top, height: 52),
                    meaning: .bad, title: "rejected"),
                marks(at: intake.repeats, on: axis, .mark, "a repeat, recognised"),
                marks(at: intake.conflicts, on: axis, .bad, "a conflict, recorded"),
            ])
    }

    private func streamLane(_ axis: TimeAxis) -> PictureLane {
        let (waits, moments) = (streamWaits, axis.moments(600))
        let ages = waits.oldestAges(at: moments).map { Int($0.milliseconds) }
        return PictureLane(
            name: "stream", note: "at most \(TimeSpan.written(waits.longest)) behind", height: 40,
            shapes: [
                .init(
                    path: Curve.area(
                        Array(zip(moments, ages)), on: axis,
                        top: max(1_000, ages.max() ?? 0), height: 40),
                    meaning: .wait, title: "how long the oldest event had been waiting for the function")
            ])
    }

    private func partnerLanes(_ axis: TimeAxis) -> [PictureLane] {
        let span = axis.spanOfParts(atMost: 120)
        let counts = partners.map { axis.counts(of: $0.delivered, per: span) }
        // One measure for all, so that they can be compared.
        let top = counts.joined().max() ?? 0
        let most = partners.map(\.waits.most).max() ?? 0
        return zip(partners, counts).map { partner, counts in
            let parked = partner.parked.isEmpty ? "" : ", \(partner.parked.count) given up"
            return PictureLane(
                name: partner.name,
                note: "\(partner.delivered.count) delivered, at most \(partner.waits.most) pending\(parked)",
                height: 40,
                shapes: [
                    area(of: partner.waits, on: axis, top: most, height: 40, "pending"),
                    .init(
                        path: Curve.bars(counts, per: span, on: axis, top: top, height: 40), meaning: .flow,
                        title: "delivered, at most \(Self.rate(counts, span)) a second"),
                    marks(at: partner.parked, on: axis, .bad, "given up"),
                ])
        }
    }

    // MARK: Shapes

    private func area(of waits: Waits, on axis: TimeAxis, top: Int, height: Int, _ title: String)
        -> PictureLane.Shape
    {
        let moments = axis.moments(600)
        let points = Array(zip(moments, waits.depths(at: moments)))
        return .init(
            path: Curve.area(points, on: axis, top: top, height: height), meaning: .wait, title: title)
    }

    /// Short strokes at the upper edge.
    private func marks(
        at moments: [Timestamp], on axis: TimeAxis, _ meaning: PictureLane.Meaning, _ title: String
    ) -> PictureLane.Shape {
        let path = moments.thinned(to: 1_000).map { "M\(axis.place(of: $0)) 0h24v10h-24z" }.joined()
        return .init(path: path, meaning: meaning, title: title)
    }

    private static func rate(_ counts: [Int], _ span: Duration) -> String {
        let perSecond = Double(counts.max() ?? 0) / span.fractionalSeconds
        return DecimalText.written(
            perSecond, digits: perSecond < 10 && perSecond.rounded() != perSecond ? 1 : 0)
    }
}
