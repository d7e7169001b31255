// The picture of one board: the CoP in the plate with its trail, the ring of the hold, what the hands carry.
"use strict";

const TRAIL = 50; // samples
const TRAIL_MS = 4000;
const COLOURS = ["ground", "card", "ink", "muted", "line", "accent", "good", "warn", "bad"];
const colours = {}; // those of the style sheet, in the theme of the moment

function takeColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of COLOURS) colours[name] = style.getPropertyValue(`--${name}`).trim();
  colours.font = getComputedStyle(document.body).fontFamily;
}

class Picture {
  constructor(canvas, words) {
    this.canvas = canvas;
    this.words = words;
    this.pen = canvas.getContext("2d");
    this.news = null;
    this.sampled = -Infinity; // when the newest sample was taken, by performance.now()
    this.xs = new Float32Array(TRAIL);
    this.ys = new Float32Array(TRAIL);
    this.times = new Float64Array(TRAIL).fill(-Infinity);
    this.at = 0;
    this.restOf = 0;
    this.dirty = true;
  }

  trail(xy, sampled) {
    this.xs[this.at] = xy ? xy[0] : NaN;
    this.ys[this.at] = xy ? xy[1] : NaN;
    this.times[this.at] = sampled;
    this.at = (this.at + 1) % TRAIL;
  }

  fit() {
    const scale = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * scale);
    this.canvas.height = Math.round(this.height * scale);
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
    this.dirty = true;
  }

  draw() {
    this.dirty = false;
    const { pen, news, width, height } = this;
    if (!width) return;
    pen.clearRect(0, 0, width, height);
    if (!news || news.age === null) return;
    const side = Math.min(height - 10, (width - 24) * 0.42);
    if (side <= 0) return; // a tile between two layouts has no room for it yet
    const gap = Math.max(6, (width - 2.4 * side) / 4);
    const top = (height - side) / 2;
    this.drawPlate(gap, top, side);
    this.drawRing(2 * gap + 1.5 * side, top + side / 2, side / 2 - side * 0.07);
    this.drawSupport(3 * gap + 2 * side, top, Math.min(side * 0.45, width - 3 * gap - 2 * side - 2), side);
  }

  drawPlate(left, top, side) {
    const { pen, news } = this;
    const zoom = this.zoom(news);
    const scale = (zoom * side) / Math.max(...news.plate);
    const [w, h] = [Math.min(side, news.plate[0] * scale), Math.min(side, news.plate[1] * scale)];
    const [cx, cy] = [left + side / 2, top + side / 2];
    pen.save();
    pen.beginPath();
    pen.roundRect(cx - w / 2, cy - h / 2, w, h, side * 0.05);
    pen.fillStyle = colours.ground;
    pen.fill();
    if (zoom === 1) { // the plate's own edge
      pen.lineWidth = 3;
      pen.strokeStyle = colours.muted;
      pen.stroke();
    }
    pen.clip();
    pen.lineWidth = 1.5;
    pen.strokeStyle = colours.line;
    pen.beginPath();
    pen.moveTo(cx - w / 2, cy); pen.lineTo(cx + w / 2, cy);
    pen.moveTo(cx, cy - h / 2); pen.lineTo(cx, cy + h / 2);
    pen.stroke();
    if (news.target) {
      const [x, y, r] = news.target;
      pen.beginPath();
      pen.arc(cx + x * scale, cy - y * scale, r * scale, 0, 2 * Math.PI);
      pen.globalAlpha = 0.18;
      pen.fillStyle = news.in ? colours.good : colours.warn;
      pen.fill();
      pen.globalAlpha = 1;
      pen.lineWidth = 3;
      pen.strokeStyle = pen.fillStyle;
      pen.stroke();
    }
    this.drawTrail(cx, cy, scale);
    if (news.xy) {
      pen.beginPath();
      pen.arc(cx + news.xy[0] * scale, cy - news.xy[1] * scale, Math.max(6, side * 0.045), 0, 2 * Math.PI);
      pen.fillStyle = news.target && !news.in ? colours.warn : colours.accent;
      pen.fill();
      pen.lineWidth = 2.5;
      pen.strokeStyle = colours.card;
      pen.stroke();
    }
    pen.restore();
  }

  // The middle of the plate is shown twice as large, until something leaves it.
  zoom({ plate, xy, target }) {
    const out = (x, y, share) => Math.abs(x) > (share * plate[0]) / 4 || Math.abs(y) > (share * plate[1]) / 4;
    const wide = (target && out(Math.abs(target[0]) + target[2], Math.abs(target[1]) + target[2], 1)) || (xy && out(xy[0], xy[1], 0.95));
    if (wide) this.wideUntil = this.sampled + 3000;
    return this.sampled < (this.wideUntil ?? -Infinity) ? 1 : 2;
  }

  drawTrail(cx, cy, scale) {
    const { pen } = this;
    pen.lineWidth = 2.5;
    pen.lineCap = "round";
    pen.strokeStyle = colours.accent;
    for (let back = TRAIL - 1; back > 0; back--) {
      const from = (this.at - back - 1 + 2 * TRAIL) % TRAIL;
      const to = (from + 1) % TRAIL;
      const age = this.sampled - this.times[from];
      if (!(age < TRAIL_MS) || Number.isNaN(this.xs[from]) || Number.isNaN(this.xs[to])) continue;
      pen.globalAlpha = 0.75 * (1 - age / TRAIL_MS);
      pen.beginPath();
      pen.moveTo(cx + this.xs[from] * scale, cy - this.ys[from] * scale);
      pen.lineTo(cx + this.xs[to] * scale, cy - this.ys[to] * scale);
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  drawRing(cx, cy, radius) {
    const { pen, news } = this;
    if (!news.ring) return;
    pen.lineWidth = radius * 0.2;
    pen.lineCap = "butt";
    pen.strokeStyle = colours.line;
    pen.beginPath();
    pen.arc(cx, cy, radius, 0, 2 * Math.PI);
    pen.stroke();
    const [kind, value, whole] = news.ring;
    const of = kind === "rest" ? this.restOf : whole;
    pen.strokeStyle = kind !== "hold" ? colours.accent : news.counting ? colours.good : colours.warn;
    pen.beginPath();
    pen.arc(cx, cy, radius, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * Math.min(1, value / of));
    pen.stroke();
    pen.fillStyle = colours.ink;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = `750 ${radius * 0.82}px ${colours.font}`;
    pen.fillText(String(kind === "hold" ? Math.floor(value) : Math.ceil(value)), cx, cy - radius * 0.12);
    pen.font = `600 ${radius * 0.29}px ${colours.font}`;
    pen.fillStyle = colours.muted;
    pen.fillText(kind === "hold" ? `${this.words.of} ${whole} s` : kind === "rest" ? `s ${this.words.left}` : "s", cx, cy + radius * 0.42);
  }

  drawSupport(left, top, width, height) {
    const { pen, news } = this;
    if (news.support === null || width < 30) return;
    const percent = Math.max(0, news.support);
    const over = news.limit !== null && percent > news.limit;
    const [size, bar] = [Math.min(width * 0.44, height * 0.26), Math.max(12, width * 0.32)];
    const [barTop, barHeight] = [top + size * 1.9, height - size * 1.9];
    const whole = Math.max(50, (news.limit ?? 0) * 1.25);
    pen.textAlign = "center";
    pen.textBaseline = "top";
    pen.fillStyle = over ? colours.bad : colours.ink;
    pen.font = `750 ${size}px ${colours.font}`;
    pen.fillText(`${Math.round(percent)} %`, left + width / 2, top, width);
    pen.fillStyle = colours.muted;
    pen.font = `600 ${size * 0.6}px ${colours.font}`;
    pen.fillText(this.words.hands, left + width / 2, top + size * 1.05, width);
    pen.fillStyle = colours.line;
    pen.fillRect(left + (width - bar) / 2, barTop, bar, barHeight);
    const filled = barHeight * Math.min(1, percent / whole);
    pen.fillStyle = over ? colours.bad : colours.accent;
    pen.fillRect(left + (width - bar) / 2, barTop + barHeight - filled, bar, filled);
    if (news.limit !== null) {
      pen.fillStyle = colours.ink;
      pen.fillRect(left + (width - bar) / 2 - 6, barTop + barHeight * (1 - news.limit / whole) - 1.5, bar + 12, 3);
    }
  }
}
