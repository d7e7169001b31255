// Keeps the parts of a page that await an answer up to date: [data-poll] names where from.
"use strict";

const POLL_MS = 2000;

async function poll(part) {
  if (part.querySelector("[data-settled]")) return;
  try {
    const response = await fetch(part.dataset.poll, { headers: { "X-Requested-With": "fetch" } });
    if (response.redirected || !response.ok) return; // logged out, or gone: reloading the page will say so
    const text = await response.text();
    if (text !== part.dataset.shown) {
      part.dataset.shown = text;
      part.innerHTML = text; // our own server's template, escaped there
    }
  } catch {
    // The network is away for a moment; the next round asks again.
  }
  setTimeout(poll, POLL_MS, part);
}

for (const part of document.querySelectorAll("[data-poll]")) setTimeout(poll, POLL_MS, part);
