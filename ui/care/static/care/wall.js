// The clinic wall: takes the newest of each board from the server's stream, draws it, and says words to boards.
"use strict";

const STALE_MS = 1000;
const SILENT_MS = 3500; // the server says something every second
const TRAIL = 50; // samples
const TRAIL_MS = 4000;
const SLIP = 0.0002; // by which the two steady clocks may go apart
const LATE_MS = 2000;
const ROW_MS = 15000;
const SAID_MS = 8000;

const wall = document.querySelector(".wall");
const words = wall.dataset;
const token = wall.querySelector("[name=csrfmiddlewaretoken]").value;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium", hourCycle: "h23" });
const hour = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short", hourCycle: "h23" });
const measure = window.wallMeasure; // a benchmark's: told of each picture that is drawn
let colours = {};

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// -- one board ------------------------------------------------------------------------------------------------

class Tile {
  constructor(element) {
    const part = (selector) => element.querySelector(selector);
    this.element = element;
    this.parts = { head: part(".head"), info: part(".info"), name: part(".who-trains"), sim: part(".sim"), marks: part(".marks"), said: part(".said"), seen: part(".seen"), row: part(".row"), more: part(".more"), place: part("h2") };
    this.canvas = part("canvas");
    this.pen = this.canvas.getContext("2d");
    this.news = null;
    this.sampled = -Infinity; // when the newest sample was taken, by performance.now()
    this.xs = new Float32Array(TRAIL);
    this.ys = new Float32Array(TRAIL);
    this.times = new Float64Array(TRAIL).fill(-Infinity);
    this.at = 0;
    this.restOf = 0;
    this.dirty = true;
    this.seen = new Set(); // what asked for attention and was seen
    this.asks = [];
    this.marksShown = "";
  }

  take(news, late) {
    this.news = news;
    if (news.age !== null) {
      const sampled = performance.now() - late - news.age * 1000;
      if (sampled > this.sampled + 1) this.trail(news.xy, sampled);
      this.sampled = sampled;
      this.restOf = news.ring?.[0] === "rest" ? Math.max(this.restOf, news.ring[1]) : 0;
    }
    this.judge();
    this.dirty = true;
  }

  trail(xy, sampled) {
    this.xs[this.at] = xy ? xy[0] : NaN;
    this.ys[this.at] = xy ? xy[1] : NaN;
    this.times[this.at] = sampled;
    this.at = (this.at + 1) % TRAIL;
  }

  // What the tile says, by what is known at this moment.
  judge() {
    const { news, parts } = this;
    const age = performance.now() - this.sampled;
    const live = age <= STALE_MS && stream.up;
    let [tone, head, info] = ["none", words.waiting, ""];
    if (live) [tone, head, info] = [news.tone, news.head, news.info];
    else {
      const why = this.why();
      if (Number.isFinite(age)) {
        tone = "stale";
        head = `${words.stale} ${clock.format(Date.now() - age)}`;
        info = `${why ? `${why} · ` : ""}${words.was}: ${news.head}`;
      } else if (why) [head, info] = [why, this.detail()];
    }
    if (this.element.dataset.tone !== tone) {
      this.element.dataset.tone = tone;
      this.dirty = true;
    }
    setText(parts.head, head);
    setText(parts.info, info);
    setText(parts.name, news?.name ?? "");
    parts.sim.hidden = !news?.sim;
    this.mark(news?.marks ?? []);
    this.attend(news);
  }

  why() {
    if (!stream.up) return words.site;
    if (stream.link) return words.broker;
    if (this.news?.offline) return words.offline;
    if (this.news?.absent) return words.absent;
    return this.news?.why ? words.none : "";
  }

  detail() {
    return stream.up ? stream.link || this.news?.why || "" : "";
  }

  mark(marks) {
    const shown = marks.map((mark) => mark.id).join();
    if (shown === this.marksShown) return;
    this.marksShown = shown;
    this.parts.marks.replaceChildren(...marks.map((mark) => {
      const item = document.createElement("li");
      item.dataset.tone = mark.tone;
      if (mark.sim && !this.news.sim) item.dataset.sim = "sim";
      item.textContent = `${mark.words} ${hour.format(new Date(mark.at))}`;
      return item;
    }));
  }

  // A fall question, a fault or a stop asks until somebody has seen it.
  attend(news) {
    const now = (news?.marks ?? []).filter((mark) => mark.tone === "alarm").map((mark) => [mark.id, mark.words]);
    if (news?.alarm) now.unshift([news.alarm, news.head]);
    for (const key of this.seen) if (!now.some(([each]) => each === key)) this.seen.delete(key);
    const asks = now.filter(([key]) => !this.seen.has(key));
    for (const [key, said] of asks) {
      if (!this.asks.some(([each]) => each === key)) announce(`${this.parts.place.textContent}: ${said}`);
    }
    this.asks = asks;
    this.element.toggleAttribute("data-attention", asks.length > 0);
    this.parts.seen.hidden = asks.length === 0;
  }

  saw() {
    for (const [key] of this.asks) this.seen.add(key);
    this.attend(this.news);
  }

  open(open) {
    clearTimeout(this.closing);
    this.parts.row.hidden = !open;
    this.parts.more.setAttribute("aria-expanded", String(open));
    if (open) this.closing = setTimeout(() => this.open(false), ROW_MS);
  }

  async say(button) {
    const { said } = this.parts;
    const show = (state, text) => {
      said.dataset.state = state;
      setText(said, text);
      clearTimeout(this.forgetting);
      if (state !== "asked") {
        announce(`${this.parts.place.textContent}: ${text}`);
        this.forgetting = setTimeout(() => setText(said, ""), SAID_MS);
      }
    };
    show("asked", `${button.textContent}: ${words.saying}`);
    try {
      const response = await fetch(button.dataset.say, {
        method: "POST", redirect: "manual", signal: AbortSignal.timeout(4000),
        headers: { "X-CSRFToken": token, Accept: "application/json" },
      });
      if (response.type === "opaqueredirect") return show("refused", words.out);
      if (!response.headers.get("Content-Type")?.startsWith("application/json")) return show("refused", words.refused);
      const answer = await response.json();
      show(answer.state, answer.words);
    } catch {
      show("unanswered", words.noanswer);
    }
  }

  // -- the picture --------------------------------------------------------------------------------------------

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
    const gap = Math.max(6, (width - 2.4 * side) / 4);
    const top = (height - side) / 2;
    this.drawPlate(gap, top, side);
    this.drawRing(2 * gap + 1.5 * side, top + side / 2, side / 2 - side * 0.07);
    this.drawSupport(3 * gap + 2 * side, top, Math.min(side * 0.45, width - 3 * gap - 2 * side - 2), side);
    if (measure && this.element.dataset.tone !== "stale") measure(words, news);
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
    pen.fillText(kind === "hold" ? `${words.of} ${whole} s` : kind === "rest" ? `s ${words.left}` : "s", cx, cy + radius * 0.42);
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
    pen.fillText(words.hands, left + width / 2, top + size * 1.05, width);
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

// -- the stream -----------------------------------------------------------------------------------------------

const tiles = new Map([...wall.querySelectorAll(".tile")].map((element) => [element.dataset.sid, new Tile(element)]));
const bar = wall.querySelector(".wall-link");

const stream = {
  up: false, ended: false, link: "", heard: 0, wait: 1000, lates: 0, slowUntil: 0, fastest: null, source: null,

  open() {
    this.close();
    if (this.ended) return;
    this.fastest = null;
    this.heard = performance.now();
    const source = new EventSource(words.stream + (performance.now() < this.slowUntil ? "?pace=slow" : ""));
    source.addEventListener("news", (event) => this.take(JSON.parse(event.data)));
    source.addEventListener("changed", () => location.reload());
    source.addEventListener("full", () => this.lost(words.full));
    source.addEventListener("out", () => this.end());
    source.onerror = () => this.lost(words.lost);
    this.source = source;
  },

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  },

  take(said) {
    const now = performance.now();
    const apart = now - said.t * 1000;
    const least = this.fastest === null ? apart : Math.min(apart, this.fastest.apart + SLIP * (now - this.fastest.now));
    this.fastest = { apart: least, now };
    const late = apart - least;
    this.heard = now;
    const back = !this.up;
    [this.up, this.wait, this.link] = [true, 1000, said.link];
    bar.dataset.state = said.link ? "lost" : "live";
    setText(bar, said.link || words.live);
    if (back && this.wasLost) announce(words.again);
    for (const news of said.boards) tiles.get(news.s)?.take(news, late);
    this.lates = late > LATE_MS ? this.lates + 1 : 0;
    if (this.lates > 3) { // what waits on the way is old by now: begin anew with the newest, less often
      this.lates = 0;
      this.slowUntil = now + 60000;
      this.open();
    }
  },

  // Tried again by itself, for ever; a log-in that has ended is said, since only a person can mend it.
  async lost(why) {
    this.close();
    if (this.up) announce(why);
    [this.up, this.wasLost] = [false, true];
    bar.dataset.state = "lost";
    setText(bar, why);
    this.timer = setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(5000, this.wait * 1.5);
    try {
      const page = await fetch(location.href, { method: "HEAD", redirect: "manual" });
      if (page.type === "opaqueredirect" || page.status === 403) this.end();
    } catch {
      // The site is away: that is what is being said.
    }
  },

  end() {
    this.ended = true;
    this.up = false;
    this.close();
    bar.dataset.state = "lost";
    setText(bar, words.out);
    announce(words.out);
  },
};

// -- attention ------------------------------------------------------------------------------------------------

const status = document.getElementById("wall-status");
let waiting = [];
let audio = null;

function announce(text) {
  if (!waiting.includes(text)) waiting.push(text);
}

function beep() {
  if (audio?.state !== "running") return;
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = 740;
  volume.gain.setValueAtTime(0.25, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.5);
}

const soundOn = () => wall.querySelector('[data-switch="sound"]').getAttribute("aria-pressed") === "true";

function listen() { // a browser lets a page sound only after somebody touched it
  if (soundOn()) (audio ??= new AudioContext()).resume();
}

let turns = 0;
function turn() {
  turns += 1;
  if (!stream.ended && stream.source && performance.now() - stream.heard > SILENT_MS) stream.lost(words.lost);
  for (const tile of tiles.values()) tile.judge();
  if (turns % 8 === 0) {
    setText(status, waiting.splice(0, 4).join(". "));
    if (soundOn() && [...tiles.values()].some((tile) => tile.asks.length)) beep();
  }
}

function paint() {
  for (const tile of tiles.values()) if (tile.dirty) tile.draw();
  requestAnimationFrame(paint);
}

function dress() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["ground", "card", "ink", "muted", "line", "accent", "good", "warn", "bad"]) colours[name] = style.getPropertyValue(`--${name}`).trim();
  colours.font = getComputedStyle(document.body).fontFamily;
  for (const tile of tiles.values()) tile.dirty = true;
}

// -- hands ----------------------------------------------------------------------------------------------------

async function flip(button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  const body = new URLSearchParams({ [button.dataset.switch]: on ? "1" : "0" });
  try {
    await fetch(words.keep, { method: "POST", body, headers: { "X-CSRFToken": token } });
  } catch {
    // It holds on this page all the same.
  }
  if (button.dataset.switch === "names") {
    wall.toggleAttribute("data-nameless", !on);
    stream.open(); // the server sends no names from now on, or does again
  }
}

wall.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const tile = tiles.get(button.closest(".tile")?.dataset.sid);
  if (button.dataset.say) tile.say(button);
  else if (button.matches(".more")) tile.open(tile.parts.row.hidden);
  else if (button.matches(".seen")) tile.saw();
  else if (button.dataset.switch) flip(button);
  else if (button.dataset.open) document.getElementById(button.dataset.open).showModal();
  else if (button.matches("[data-close]")) button.closest("dialog").close();
  else if (button.matches("[data-full-screen]")) document.fullscreenElement ? document.exitFullscreen() : wall.requestFullscreen();
});

wall.addEventListener("keydown", (event) => {
  const element = event.target.closest(".tile");
  if (!element || event.ctrlKey || event.altKey || event.metaKey) return;
  const tile = tiles.get(element.dataset.sid);
  const all = [...tiles.values()].map((each) => each.element);
  const columns = getComputedStyle(wall.querySelector(".tiles")).gridTemplateColumns.split(" ").length;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
  if (step) all[all.indexOf(element) + step]?.focus();
  else if (event.key === "s" || event.key === "S") tile.say(element.querySelector(".stop"));
  else if (event.key === "m" || event.key === "M") tile.open(tile.parts.row.hidden);
  else if (event.key === "a" || event.key === "A") tile.saw();
  else if (event.key === "Escape" && !tile.parts.row.hidden) tile.open(false);
  else return;
  event.preventDefault();
});

for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, listen);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);
const fitting = new ResizeObserver((entries) => entries.forEach(({ target }) => tiles.get(target.closest(".tile").dataset.sid).fit()));
for (const tile of tiles.values()) fitting.observe(tile.canvas);
dress();
setInterval(turn, 250);
requestAnimationFrame(paint);
if (tiles.size) stream.open();
