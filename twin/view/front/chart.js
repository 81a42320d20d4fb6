// A chart that answers to the pointer and to keys: values at a date, a range of dates, zoom. uPlot draws it.
// A chart has title, unit, days (since 1970), first (number of the first day shown at the start), lines {label, values,
// role}, bands {label, low, high, role}, levels {label, value} and events {day, label}.
import { element } from "./element.js";

const DAY = 86400;
const COLOURS = { record: "--twin-accent", forecast: "--twin-good", path: "--twin-edge", other: "--twin-warn", level: "--twin-bad" };
const RANGES = [[30, "1 mo"], [91, "3 mo"], [182, "6 mo"], [365, "1 yr"], [1096, "3 yr"]];
const HIGH = 250; // height of a chart [pixel]
const SHADE = 0.22; // share of a band's colour in its shade
const LEAST = 8; // dates in the shortest range that is offered

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const dated = (day) => new Date(day * DAY * 1000).toISOString().slice(0, 10);

function number(value) {
  if (value === null || value === undefined) return "–";
  const digits = Math.abs(value) >= 1000 ? 0 : 1;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
}

// Returns what the chart says of the date with this number.
function reading(chart, i) {
  const said = chart.lines.filter((line) => line.values[i] !== null).map((line) => `${line.label} ${number(line.values[i])}`);
  for (const band of chart.bands) {
    if (band.low[i] !== null && band.high[i] !== null) said.push(`${band.label} ${number(band.low[i])} to ${number(band.high[i])}`);
  }
  for (const event of chart.events) if (event.day === chart.days[i]) said.push(event.label);
  return `${dated(chart.days[i])}: ${said.join(", ")}`;
}

// Returns the key of the chart: a mark and a label for each line and band, and for levels that are not `near` them.
function key(chart, near) {
  const marked = (label, kind, role, share = 100) => {
    const mark = element("i", { className: `twin-mark twin-mark-${kind}` });
    mark.style.setProperty("--mark", `color-mix(in srgb, var(${COLOURS[role]}) ${share}%, transparent)`);
    return element("span", {}, [mark, label]);
  };
  const kind = { path: "thin", other: "dashed" };
  const shades = {}; // role -> share of a band that shows through those above it
  return [
    ...chart.lines.map((line) => marked(line.label, kind[line.role] ?? "line", line.role)),
    ...chart.bands.map((band) => {
      shades[band.role] = (shades[band.role] ?? 1) * (1 - SHADE);
      return marked(band.label, "band", band.role, 100 * (1 - shades[band.role]));
    }),
    ...chart.levels.filter(({ value }) => !near.includes(value)).map(({ label, value }) => marked(`${label} ${number(value)}, above the picture`, "dashed", "level")),
  ];
}

// Returns the series, bands and data as uPlot takes them.
function drawing(chart) {
  const data = [chart.days.map((day) => day * DAY)];
  const series = [{}];
  const bands = [];
  for (const band of chart.bands) {
    const shade = `color-mix(in srgb, ${colour(COLOURS[band.role])} ${100 * SHADE}%, transparent)`;
    for (const edge of [band.high, band.low]) {
      data.push(edge);
      series.push({ label: band.label, stroke: "transparent", points: { show: false } });
    }
    bands.push({ series: [series.length - 2, series.length - 1], fill: shade });
  }
  for (const line of chart.lines) {
    data.push(line.values);
    series.push({
      label: line.label, stroke: colour(COLOURS[line.role]), width: line.role === "path" ? 1 : 1.6,
      dash: line.role === "other" ? [6, 4] : undefined, points: { show: false },
    });
  }
  return { data, series, bands };
}

// Draws levels as dashed lines and events as dotted ones, with their labels.
function marks(chart) {
  return (plot) => {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.font = `${11 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.lineWidth = ratio;
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    for (const { label, value } of chart.levels) {
      const y = plot.valToPos(value, "y", true);
      ctx.strokeStyle = ctx.fillStyle = colour(COLOURS.level);
      ctx.setLineDash([6 * ratio, 4 * ratio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      const text = `${label}: ${number(value)}`;
      const wide = ctx.measureText(text).width;
      const above = y - 5 * ratio > bbox.top + 14 * ratio;
      ctx.fillStyle = colour("--twin-card");
      ctx.globalAlpha = 0.8;
      ctx.fillRect(bbox.left + 4 * ratio, above ? y - 17 * ratio : y + 3 * ratio, wide + 6 * ratio, 14 * ratio);
      ctx.globalAlpha = 1;
      ctx.fillStyle = colour(COLOURS.level);
      ctx.fillText(text, bbox.left + 7 * ratio, above ? y - 6 * ratio : y + 14 * ratio);
    }
    ctx.strokeStyle = colour("--twin-edge");
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    for (const { day } of chart.events) {
      const x = plot.valToPos(day * DAY, "x", true);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  };
}

// Returns a chart that can be shown and shown again: {host, show(chart, words)}. UPlot is the library's class.
export function charted(UPlot) {
  const title = element("p", { className: "twin-chart-title" });
  const ranges = element("div", { className: "twin-ranges", role: "group", ariaLabel: "Range of dates" });
  const reads = element("p", { className: "twin-reading" });
  const legend = element("p", { className: "twin-key" });
  const room = element("div", { className: "twin-chart-room", tabIndex: 0, role: "slider" });
  const host = element("div", { className: "twin-chart" }, [element("div", { className: "twin-chart-head" }, [title, ranges]), legend, room, reads]);
  let plot = null;
  let chart = null;
  let at = 0; // number of the date that is read
  let kept = null; // range that the reader has chosen, in seconds; null for that of the start

  const start = () => [chart.days[chart.first] * DAY, chart.days.at(-1) * DAY];

  function read(i) {
    at = Math.min(Math.max(i, 0), chart.days.length - 1);
    reads.textContent = reading(chart, at);
    room.setAttribute("aria-valuenow", at);
    room.setAttribute("aria-valuetext", reads.textContent);
  }

  function zoom(from, to) {
    kept = [from, to];
    plot.setScale("x", { min: from, max: to });
    press(from, to);
  }

  // Marks the button of the range that is shown.
  function press(min, max) {
    for (const button of ranges.children) {
      button.setAttribute("aria-pressed", String(Math.abs(Number(button.dataset.from) - min) < DAY && Math.abs(chart.days.at(-1) * DAY - max) < DAY));
    }
  }

  function offer() {
    const { days } = chart;
    const last = days.at(-1);
    const offered = RANGES.filter(([length]) => last - length > days[0] && days.filter((day) => day >= last - length).length >= LEAST);
    ranges.replaceChildren(...[...offered, [last - days[0], "all"]].map(([length, label]) => {
      const button = element("button", { type: "button", onclick: () => zoom((last - length) * DAY, last * DAY) }, label);
      button.dataset.from = (last - length) * DAY;
      return button;
    }));
    ranges.hidden = offered.length === 0;
  }

  function make() {
    plot?.destroy();
    const { data, series, bands } = drawing(chart);
    const [axis, grid] = [colour("--twin-muted"), { stroke: colour("--twin-line"), width: 1 }];
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const [min, max] = kept ?? start();
    plot = new UPlot({
      width: Math.max(room.clientWidth, 200), height: HIGH, series, bands, legend: { show: false },
      tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      cursor: { drag: { x: true, y: false }, y: false, points: { size: 6 } },
      scales: { x: { time: true, min, max }, y: { range: (_, low, high) => [Math.min(low ?? 0, 0), 1.12 * Math.max(high ?? 1, ...near())] } },
      axes: [
        { stroke: axis, grid, ticks: { show: false }, font, size: 40, values: [[3600 * 24 * 365, "{YYYY}", null, null, null, null, null, null, 1], [3600 * 24 * 28, "{YYYY}-{MM}", null, null, null, null, null, null, 1], [DAY, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1]] },
        { stroke: axis, grid, ticks: { show: false }, font, size: (_, labels) => Math.max(52, ...(labels ?? []).map((label) => 4 + 7 * label.length)), values: (_, all) => all.map((value) => value.toLocaleString("en-US").replace("-", "−")) },
      ],
      hooks: {
        draw: [marks(chart)],
        setCursor: [(made) => { if (made.cursor.idx !== null && made.cursor.left >= 0) read(made.cursor.idx); }],
        setSelect: [(made) => { if (made.select.width > 0) setTimeout(() => { const { min, max } = made.scales.x; kept = [min, max]; press(min, max); }); }],
      },
    }, data, room);
    plot.setScale("x", { min, max });
    plot.root.setAttribute("aria-hidden", "true");
    plot.over.ondblclick = () => {
      kept = null;
      plot.setScale("x", { min: start()[0], max: start()[1] });
      press(...start());
    };
    legend.replaceChildren(...key(chart, near()));
    press(min, max);
  }

  // Levels near the values belong into the picture; one far above would flatten them.
  function near() {
    const highest = Math.max(...chart.lines.flatMap((line) => line.values.filter((value) => value !== null)), 0);
    return chart.levels.map((level) => level.value).filter((value) => value <= 2.2 * highest);
  }

  room.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    const end = { Home: 0, End: chart.days.length - 1 }[event.key];
    if (step === undefined && end === undefined) return;
    event.preventDefault();
    read(end ?? at + step);
    plot.setCursor({ left: plot.valToPos(chart.days[at] * DAY, "x"), top: 10 }, false);
  };
  new ResizeObserver(() => {
    const wide = room.clientWidth;
    if (plot && wide && Math.abs(wide - plot.width) > 1) plot.setSize({ width: wide, height: HIGH });
  }).observe(room);
  new MutationObserver(() => chart && make()).observe(document.documentElement, { attributeFilter: ["data-twin-scheme"] });

  return {
    host,
    describe(words) {
      room.setAttribute("aria-label", words);
    },
    show(next, anew) {
      if (anew) kept = null;
      chart = next;
      title.textContent = `${chart.title} [${chart.unit}]`;
      room.setAttribute("aria-valuemin", 0);
      room.setAttribute("aria-valuemax", chart.days.length - 1);
      offer();
      make();
      read(chart.lines[0].values.findLastIndex((value) => value !== null));
    },
  };
}
