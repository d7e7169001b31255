// Draws the charts of a page: each [data-chart] names the JSON beside it (ui/care/results/charts.py says what it
// holds), and so does each [data-numbers], which becomes a table of the same numbers.
"use strict";

const HEIGHT_PX = 230;
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]]; // lines are told apart without their colours too

function ink(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function look(spec, place) {
  const stroke = ink(`--series-${place + 1}`) || ink("--accent");
  const card = ink("--card");
  const dots = { show: true, size: 7, stroke, fill: stroke, width: 1 };
  const kinds = {
    line: { width: 2, spanGaps: true, dash: DASHES[place % 4], points: { ...dots, size: 6 } },
    step: { width: 2.5, spanGaps: true, dash: DASHES[place % 4], paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } },
    dots: { paths: () => null, points: dots },
    hollow: { paths: () => null, points: { ...dots, fill: card, size: 8, width: 2 } },
    limit: { width: 1.5, dash: [5, 4], stroke: ink("--muted"), paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } },
    path: { width: 1.5, points: { show: false } },
  };
  return { label: spec.label, stroke, value: (_plot, _v, _series, at) => told(spec.values[at]), ...kinds[spec.look] };
}

const APART = 0.07; // of a step: lines of whole numbers lie side by side, or only the last of them would be seen

// What is drawn of a quantity; the numbers told are its own.
function points(data) {
  const middle = (data.series.length - 1) / 2;
  return data.series.map(({ values }, place) =>
    data.whole ? values.map((value) => (value === null ? null : value + APART * (middle - place))) : values,
  );
}

// Behind the lines: the band in which no change can be told, and what did not count.
function behind(data) {
  return (plot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = ink("--band");
    if (data.band) {
      const [low, high] = data.band.map((value) => plot.valToPos(value, "y", true));
      ctx.fillRect(bbox.left, high, bbox.width, low - high);
    }
    for (const [from, to] of data.spans) {
      const [a, b] = [from, to].map((value) => plot.valToPos(value, "x", true));
      ctx.fillRect(a, bbox.top, b - a, bbox.height);
    }
    ctx.restore();
  };
}

// Over the lines: when a programme came into force.
function over(data) {
  return (plot) => {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    let last = -Infinity;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = ink("--mark");
    ctx.lineWidth = ratio;
    ctx.font = `${11 * ratio}px system-ui, sans-serif`;
    ctx.textAlign = "left"; // the axes leave their own behind
    for (const { t, label } of data.marks) {
      const x = Math.round(plot.valToPos(t, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.setLineDash([3 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const wide = ctx.measureText(label).width;
      const at = Math.min(x + 4 * ratio, bbox.left + bbox.width + 12 * ratio - wide);
      if (at > last + 6 * ratio) {
        ctx.fillText(label, at, bbox.top - 4 * ratio);
        last = at + wide;
      }
    }
    ctx.restore();
  };
}

function axis(more) {
  return { stroke: ink("--muted"), font: "12px system-ui, sans-serif", grid: { stroke: ink("--line"), width: 1 }, ticks: { stroke: ink("--line"), width: 1, size: 5 }, ...more };
}

// A scale from the lowest to the highest value, with room, never without a span.
function range(data) {
  return (_plot, low, high) => {
    const least = data.low === null ? low : data.low;
    const values = [high, ...(data.band || [])].filter((value) => Number.isFinite(value));
    let most = data.high === null ? Math.max(...values) : data.high;
    if (!Number.isFinite(most) || most <= least) most = least + 1;
    const room = (most - least) * (data.high === null ? 0.08 : 0.04);
    return [data.low === null ? least - room : least, data.whole ? Math.ceil(most + 0.5) : most + room];
  };
}

const LANGUAGE = document.documentElement.lang;
const NUMBERS = new Intl.NumberFormat(LANGUAGE === "en" ? "en-GB" : LANGUAGE, { maximumSignificantDigits: 3 });
const DAY = { day: "numeric", month: "short" };
const MOMENT = { dateStyle: "medium", timeStyle: "short" };

// A time in words, where the clinic is and not where the browser is.
function timeFormat(data, how) {
  return new Intl.DateTimeFormat(LANGUAGE === "en" ? "en-GB" : LANGUAGE, { ...how, timeZone: data.zone });
}

function told(value) {
  return value === null || value === undefined ? "–" : NUMBERS.format(value);
}

function options(data, width) {
  const days = timeFormat(data, DAY);
  return {
    width,
    height: HEIGHT_PX,
    padding: [data.marks.length ? 18 : 10, 14, 0, 0],
    cursor: { drag: { x: false, y: false }, points: { size: 8 } },
    legend: { live: true, markers: { fill: (plot, place) => plot.series[place].stroke(plot, place) } },
    scales: { x: { time: data.clock }, y: { range: range(data) } },
    series: [
      data.clock ? { label: data.when, value: (_, t) => (t === null ? "–" : days.format(new Date(t * 1000))) } : { label: "s", value: (_, t) => told(t) },
      ...data.series.map(look),
    ],
    axes: [
      axis(data.clock ? { values: (_, ticks) => ticks.map((t) => days.format(new Date(t * 1000))), space: 70, size: 32, incrs: [1, 2, 7, 14, 28, 56, 112].map((n) => n * 86400) } : { label: "s", labelSize: 20, labelGap: 0, size: 30 }),
      axis({ values: (_, ticks) => ticks.map((tick) => NUMBERS.format(tick)), label: data.unit, labelSize: 20, labelGap: 2, labelFont: "12px system-ui, sans-serif", size: 46, ...(data.whole ? { incrs: [1, 2, 5] } : {}) }),
    ],
    hooks: { drawAxes: [behind(data)], draw: [over(data)] },
  };
}

const drawn = new Map();

function dataOf(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function draw(place) {
  drawn.get(place)?.destroy();
  const data = dataOf(place.dataset.chart);
  const width = Math.max(240, Math.floor(place.clientWidth));
  drawn.set(place, new uPlot(options(data, width), [data.x, ...points(data)], place));
}

function drawAll() {
  for (const place of document.querySelectorAll("[data-chart]")) draw(place);
}

drawAll();
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const width = Math.floor(target.clientWidth);
    const plot = drawn.get(target);
    if (plot && width >= 240 && width !== plot.width) plot.setSize({ width, height: HEIGHT_PX });
  }
});
for (const place of drawn.keys()) resized.observe(place);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
// Paper is light: the style sheet has other colours for it, which a canvas takes only when drawn again.
matchMedia("print").addEventListener("change", drawAll);

// A row for each time, made once somebody opens it: a page of a year would carry thousands of cells.
function fill(body) {
  const data = dataOf(body.dataset.numbers);
  const moments = timeFormat(data, MOMENT);
  for (const [place, t] of data.x.entries()) {
    const row = body.insertRow();
    const when = row.appendChild(document.createElement("th"));
    when.scope = "row";
    when.textContent = moments.format(new Date(t * 1000));
    for (const { values } of data.series) {
      const cell = row.insertCell();
      cell.className = "num";
      cell.textContent = told(values[place]);
    }
  }
}

for (const body of document.querySelectorAll("[data-numbers]")) {
  body.closest("details").addEventListener("toggle", () => fill(body), { once: true });
}
