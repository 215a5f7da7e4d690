/// How the page looks: one colour for each meaning, by light and by dark, on screens and on paper.
enum StyleSheet {
    static let text = """
        :root {
          color-scheme: light dark;
          --paper: #ffffff; --ink: #1c2024; --quiet: #5d6670; --rule: #e2e5e9; --grid: #eef0f2; --code: #f5f6f8;
          --flow: #4879a8; --wait: #e8973a; --held: #b96a12; --bad: #c22f3d; --good: #23774a; --fault: #6d5c93;
          --shade: rgb(109 92 147 / 0.10);
        }
        @media screen and (prefers-color-scheme: dark) {
          :root {
            --paper: #15181c; --ink: #e4e7ea; --quiet: #9aa3ad; --rule: #2c3238; --grid: #20252a; --code: #1d2126;
            --flow: #6ea3d6; --wait: #f0a24c; --held: #f7c88d; --bad: #ff6f78; --good: #62c28d; --fault: #a897d6;
            --shade: rgb(168 151 214 / 0.14);
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; max-width: 1120px; padding: 40px 24px 64px; background: var(--paper); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif;
          -webkit-text-size-adjust: 100%; print-color-adjust: exact; -webkit-print-color-adjust: exact;
        }
        header { margin-bottom: 36px; }
        .kicker { margin: 0; color: var(--quiet); overflow-wrap: anywhere; }
        h1 { margin: 4px 0 6px; font-size: 44px; line-height: 1.1; letter-spacing: 0.01em; }
        h1.good { color: var(--good); } h1.bad { color: var(--bad); }
        .lead { margin: 0; font-size: 18px; max-width: 46em; }
        .remark { margin: 8px 0 0; max-width: 60em; }
        h2 { margin: 40px 0 10px; font-size: 17px; line-height: 1.3; }
        p { margin: 10px 0; max-width: 60em; overflow-wrap: anywhere; }
        .sheet { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 14px; }
        caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        th { text-align: left; font-weight: 400; color: var(--quiet); border-bottom: 1px solid var(--rule); }
        th, td { padding: 5px 16px 5px 0; vertical-align: top; }
        td { border-bottom: 1px solid var(--grid); overflow-wrap: break-word; }
        th:last-child, td:last-child { padding-right: 0; }
        td.figure { font-variant-numeric: tabular-nums; }
        td.good { color: var(--good); } td.bad { color: var(--bad); } td.quiet { color: var(--quiet); }
        td.figure, td.name, td:first-child { white-space: nowrap; }
        pre {
          margin: 10px 0; padding: 12px 14px; overflow-x: auto; background: var(--code); border-radius: 6px;
          font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
        }
        figure { margin: 14px 0 8px; }
        figcaption { margin-top: 10px; color: var(--quiet); font-size: 14px; max-width: 60em; }
        .key { display: inline-block; width: 18px; height: 0; border-top: 3px solid; vertical-align: 4px; margin: 0 5px 0 0; }
        .key.way { border-color: var(--flow); } .key.slow-way { border-color: var(--wait); }
        .key.bad-way { border-color: var(--bad); } .key.shade { border-top-width: 12px; border-color: var(--shade); vertical-align: -1px; }

        .picture { display: block; overflow: visible; font-size: 12px; }
        .picture text { fill: var(--quiet); }
        .picture .name { fill: var(--ink); font-weight: 600; font-size: 13px; }
        .picture .note, .picture .last { text-anchor: end; }
        .picture .tick { text-anchor: middle; }
        .picture .tick, .picture .first, .picture .last { font-size: 11px; font-variant-numeric: tabular-nums; }
        .picture .fault-name { fill: var(--fault); font-size: 11px; }
        .picture .station-name, .picture .fault-name {
          paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
        .picture .station-name { font-size: 11px; }
        .picture .grid { stroke: var(--grid); } .picture .foot { stroke: var(--rule); }
        .picture .station { stroke: var(--rule); stroke-dasharray: 2 3; }
        .picture rect.shade { fill: var(--shade); } .picture rect.fault { fill: var(--fault); }
        .picture line.shade { stroke: var(--shade); stroke-width: 3px; }
        .picture line.fault { stroke: var(--fault); stroke-width: 2px; }
        .picture path { vector-effect: non-scaling-stroke; }
        .flow { fill: var(--flow); } .bad { fill: var(--bad); } .held { fill: var(--held); }
        .wait { fill: var(--wait); fill-opacity: 0.75; }
        .mark { fill: var(--ink); stroke: var(--ink); stroke-width: 1px; }
        .way, .slow-way, .bad-way { fill: none; stroke-width: 1px; stroke-linejoin: round; }
        .way { stroke: var(--flow); stroke-opacity: 0.6; } .slow-way { stroke: var(--wait); stroke-opacity: 0.85; }
        .bad-way { stroke: var(--bad); stroke-width: 1.5px; }
        .dense .way { stroke-opacity: 0.25; } .dense .slow-way { stroke-opacity: 0.4; }

        @media (max-width: 640px) {
          body { padding: 20px 15px 40px; }
          h1 { font-size: 34px; } .lead { font-size: 16px; }
          .picture .note { font-size: 11px; }
          table, tbody, tr { display: block; }
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          tr { padding: 7px 0; border-bottom: 1px solid var(--grid); }
          td { display: block; padding: 0; border: 0; }
          td.figure, td.name, td.good, td.bad { display: inline-block; margin-right: 12px; }
          td.figure::before { content: attr(data-column) " "; color: var(--quiet); }
          td.name, td:first-child { font-weight: 600; white-space: normal; overflow-wrap: anywhere; }
        }
        @media print {
          @page { margin: 14mm 12mm; }
          body { max-width: none; padding: 0; font-size: 10pt; }
          table { font-size: 9pt; } h2 { break-after: avoid; } figure { zoom: 0.78; } tr, pre, figure { break-inside: avoid; }
          .sheet, pre { overflow: visible; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
        }
        """
}
