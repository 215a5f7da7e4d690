import Clockwork
import Inspection

/// The run as one picture: lanes one below the other on one time axis, and through all of them the shade of what was
/// broken.
///
/// Text stands in the pixels of the page, drawings are stretched to its width; so one picture serves wide and narrow
/// pages alike.
struct RunPicture {
    private let story: RunStory
    private let axis: TimeAxis

    init(of story: RunStory) {
        self.story = story
        axis = TimeAxis(story.span)
    }

    var svg: Markup {
        let faults = FaultRow.rows(of: story.outages.map(\.fault))
        let lanes = story.lanes(on: axis) + [story.journeyLane(on: axis)]
        let faultsTop = Layout.axis + Layout.head
        let faultsFoot = faultsTop + max(1, faults.count) * Layout.faultRow
        let foot = lanes.reduce(faultsFoot) { $0 + Layout.gap + Layout.head + $1.height }
        return Markup(
            "svg",
            [
                "class": "picture", "role": "img", "width": "100%", "height": "\(foot + Layout.axis)",
                "aria-labelledby": "picture-title picture-description",
            ]
        ) {
            Markup("title", ["id": "picture-title"]) { "The run \(story.name) on one time axis" }
            Markup("desc", ["id": "picture-description"]) { description(lanes) }
            shades(from: faultsTop, to: foot)
            grid(from: Layout.axis, to: foot)
            heading("faults", note: faults.isEmpty ? "nothing was broken" : "", at: Layout.axis)
            for (row, faults) in faults.enumerated() {
                faultRow(faults, at: faultsTop + row * Layout.faultRow)
            }
            stack(lanes, below: faultsFoot)
        }
    }

    private enum Layout {
        /// Room for the axis' labels, above and below.
        static let axis = 22
        /// A lane's name.
        static let head = 20
        static let gap = 16
        static let faultRow = 24
        /// In units of the axis: about a pixel of a wide page.
        static let narrowestBar = 12
    }

    // MARK: Lanes

    private func stack(_ lanes: [PictureLane], below start: Int) -> [Markup] {
        var top = start
        return lanes.flatMap { lane in
            top += Layout.gap
            defer { top += Layout.head + lane.height }
            let isOfOrders = lane.name == "orders"
            return heading(lane.name, note: lane.note, at: top)
                + (isOfOrders ? stationLines(at: top + Layout.head) : [])
                + [drawing(lane, at: top + Layout.head), footLine(at: top + Layout.head + lane.height)]
                + (isOfOrders ? stationNames(at: top + Layout.head) : [])
        }
    }

    private func heading(_ name: String, note: String, at top: Int) -> [Markup] {
        let line = "\(top + Layout.head - 6)"
        return [
            Markup("text", ["class": "name", "x": "0", "y": line]) { name },
            Markup("text", ["class": "note", "x": "100%", "y": line]) { note },
        ]
    }

    private func drawing(_ lane: PictureLane, at top: Int) -> Markup {
        return Markup(
            "svg",
            [
                "x": "0", "y": "\(top)", "width": "100%", "height": "\(lane.height)",
                "viewBox": "0 0 \(TimeAxis.width) \(lane.height)", "preserveAspectRatio": "none",
                "overflow": "visible", "class": lane.shapes.count > 400 ? "dense" : "",
            ]
        ) {
            for shape in lane.shapes where !shape.path.isEmpty {
                Markup("path", ["class": shape.meaning.rawValue, "d": shape.path]) {
                    if let title = shape.title { Markup("title") { title } }
                }
            }
        }
    }

    private func footLine(at top: Int) -> Markup {
        Markup("line", ["class": "foot", "x1": "0", "x2": "100%", "y1": "\(top).5", "y2": "\(top).5"])
    }

    private func stationLines(at top: Int) -> [Markup] {
        RunStory.stationNames.dropLast().compactMap { RunStory.heights[$0.station] }.map { height in
            Markup(
                "line",
                [
                    "class": "station", "x1": "0", "x2": "100%", "y1": "\(top + height).5",
                    "y2": "\(top + height).5",
                ])
        }
    }

    private func stationNames(at top: Int) -> [Markup] {
        RunStory.stationNames.compactMap { station, name in
            RunStory.heights[station].map { height in
                let line = station == .sent ? top + 12 : top + height - 4
                return Markup("text", ["class": "station-name", "x": "2", "y": "\(line)"]) { name }
            }
        }
    }

    // MARK: Faults and axis

    private func faultRow(_ row: FaultRow, at top: Int) -> [Markup] {
        [Markup("text", ["class": "fault-name", "x": "0", "y": "\(top + 10)"]) { row.words }]
            + row.faults.map { bar($0, y: top + 13, height: 6, class: "fault") }
    }

    private func shades(from top: Int, to foot: Int) -> [Markup] {
        story.outages.map { bar($0.fault, y: top, height: foot - top, class: "shade") }
    }

    /// A bar over the time in which a fault was in effect; one that lasted a moment only is a stroke, lest it vanish.
    private func bar(_ fault: FaultTimeline.Fault, y top: Int, height: Int, class name: String) -> Markup {
        let left = axis.place(of: fault.effectiveAt)
        let right = axis.place(of: fault.endedAt ?? story.span.upperBound)
        let x = TimeAxis.percent(left)
        let title = Markup("title") { "\(fault.words) at \(story.clock(fault.effectiveAt))" }
        guard right - left >= Layout.narrowestBar else {
            return Markup(
                "line", ["class": name, "x1": x, "x2": x, "y1": "\(top)", "y2": "\(top + height)"]
            ) { title }
        }
        return Markup(
            "rect",
            [
                "class": name, "x": x, "y": "\(top)", "width": TimeAxis.percent(right - left),
                "height": "\(height)",
            ]
        ) { title }
    }

    private func grid(from top: Int, to foot: Int) -> [Markup] {
        axis.ticks.flatMap { tick in
            let x = TimeAxis.percent(tick.place)
            let anchor = tick.place == 0 ? "first" : tick.place > TimeAxis.width * 96 / 100 ? "last" : "tick"
            return [
                Markup("line", ["class": "grid", "x1": x, "x2": x, "y1": "\(top)", "y2": "\(foot)"]),
                Markup("text", ["class": anchor, "x": x, "y": "\(top - 8)"]) { tick.label },
                Markup("text", ["class": anchor, "x": x, "y": "\(foot + 16)"]) { tick.label },
            ]
        }
    }

    private func description(_ lanes: [PictureLane]) -> String {
        let broken = story.outages.map { outage in
            "\(outage.fault.words) at \(story.clock(outage.fault.effectiveAt))"
        }
        let length = TimeSpan.written(story.span.upperBound - story.span.lowerBound)
        return """
            Lanes on one axis of \(length). Broken: \
            \(broken.isEmpty ? "nothing" : broken.joined(separator: ", ")). \
            \(lanes.map { "\($0.name): \($0.note)" }.joined(separator: ". ")).
            """
    }
}

/// Faults of one kind at one place, which share a row.
struct FaultRow: Hashable, Sendable {
    private(set) var faults: [FaultTimeline.Fault]

    /// In the order in which each place was first hit.
    static func rows(of faults: [FaultTimeline.Fault]) -> [FaultRow] {
        var rows: [FaultRow] = []
        for fault in faults {
            if let row = rows.firstIndex(where: { $0.faults[0].title == fault.title }) {
                rows[row].faults.append(fault)
            } else {
                rows.append(FaultRow(faults: [fault]))
            }
        }
        return rows
    }

    /// Such as "oms killed, 20.0 s" or "broker killed, 6 times".
    var words: String {
        guard faults.count == 1 else { return "\(faults[0].words), \(faults.count) times" }
        guard let ended = faults[0].endedAt else { return "\(faults[0].words), until the end" }
        let span = ended - faults[0].effectiveAt
        return span < .milliseconds(10)
            ? "\(faults[0].words)" : "\(faults[0].words), \(TimeSpan.written(span))"
    }
}
