// Keeps the parts of a page that await an answer up to date ([data-poll] names where from), and the keys of the list.
"use strict";

const POLL_MS = 2000;
const title = document.title;

async function poll(part) {
  if (part.querySelector("[data-settled]")) return;
  try {
    const response = await fetch(part.dataset.poll, { headers: { "X-Requested-With": "fetch" } });
    if (response.status >= 500) throw new Error(response.statusText); // it may be back for the next round
    if (response.redirected || !response.ok) return trouble(part, part.dataset.lost); // logged out, or gone
    const text = await response.text();
    if (text !== part.dataset.shown) {
      part.dataset.shown = text;
      part.innerHTML = text; // our own server's template, escaped there
      const count = part.querySelector("[data-count]")?.dataset.count;
      document.title = count ? `(${count}) ${title}` : title;
    }
  } catch {
    trouble(part, part.dataset.away); // network or site are away for a moment; the next round asks again
  }
  setTimeout(poll, Number(part.dataset.every) || POLL_MS, part);
}

// A part that says what is new must say, too, when it cannot; the others show what is known.
function trouble(part, words) {
  if (!words) return;
  part.dataset.shown = "";
  const said = document.createElement("p");
  said.className = "notice warning";
  said.textContent = words;
  part.replaceChildren(said);
}

for (const part of document.querySelectorAll("[data-poll]")) setTimeout(poll, POLL_MS, part);

// In the worklist, with the focus inside it: J and K go to the next line and the one before, D marks it done.
document.querySelector("[data-worklist]")?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  const here = event.target.closest("[data-item]");
  const key = event.key.toLowerCase();
  if (key === "d") here?.querySelector("button[type=submit]")?.click();
  if (key !== "j" && key !== "k") return;
  const items = [...document.querySelectorAll("[data-item]")];
  const next = items[items.indexOf(here) + (key === "j" ? 1 : -1)];
  (next?.querySelector("a, button"))?.focus();
});
