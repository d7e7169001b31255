// The clinic wall: takes the newest of each board from the server's stream, draws it, and says words to boards.
"use strict";

const STALE_MS = 1000;
const SILENT_MS = 3500; // the server says something every second
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

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// -- one board ------------------------------------------------------------------------------------------------

class Tile extends Picture {
  constructor(element) {
    const part = (selector) => element.querySelector(selector);
    super(part("canvas"), words);
    this.element = element;
    this.parts = { head: part(".head"), info: part(".info"), name: part(".who-trains"), sim: part(".sim"), marks: part(".marks"), said: part(".said"), seen: part(".seen"), row: part(".row"), more: part(".more"), place: part("h2") };
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
        method: "POST", redirect: "manual", signal: AbortSignal.timeout(2000),
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
    this.wait = Math.min(3000, this.wait * 1.5);
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
  for (const tile of tiles.values()) {
    if (!tile.dirty) continue;
    tile.draw();
    if (tile.news && tile.element.dataset.tone !== "stale") measure?.(tile.news);
  }
  requestAnimationFrame(paint);
}

function dress() {
  takeColours();
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
