// Keys for lists of work. The list works without this file; with it a clerk needs no mouse.
"use strict";

const form = document.querySelector("[data-worklist]");
const rows = form ? [...form.querySelectorAll("[data-row]")] : [];
const keys = document.getElementById("keys");
const search = document.getElementById("search-number");
const OFF = "desk-keys-off";

// Single keys can be switched off (WCAG 2.2, 2.1.4): speech input types letters that were meant as words.
const off = document.getElementById("keys-off");
if (off) {
  off.closest("[data-keys-off]").hidden = false;
  off.checked = localStorage.getItem(OFF) === "yes";
  off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "yes" : "no"));
}

const here = () => rows.findIndex((row) => row.contains(document.activeElement));
const go = (index) => {
  const row = rows[Math.max(0, Math.min(index, rows.length - 1))];
  if (!row) return;
  row.querySelector("[data-open]").focus();
  row.scrollIntoView({ block: "nearest" });
};
const box = () => rows[here()]?.querySelector("input[type=checkbox]");

const actions = {
  j: () => go(here() + 1),
  ArrowDown: () => go(here() + 1),
  k: () => go(here() < 0 ? 0 : here() - 1),
  ArrowUp: () => go(here() < 0 ? 0 : here() - 1),
  x: () => box()?.click(),
  c: () => rows[here()]?.querySelector("[data-claim]")?.click(),
  "/": () => search?.focus(),
  "?": () => {
    if (!keys) return;
    keys.open = true;
    keys.querySelector("summary").focus();
  },
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || off?.checked) return;
  // Arrows scroll the page until a row of the list has the focus.
  if (event.key.startsWith("Arrow") && here() < 0) return;
  const action = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
  if (!action) return;
  event.preventDefault();
  action();
});

// "Select all" without loading the page again; a second time it takes the ticks away.
const all = document.querySelector("[data-select-all]");
all?.addEventListener("click", (event) => {
  event.preventDefault();
  const boxes = rows.flatMap((row) => [...row.querySelectorAll("input[type=checkbox]")]);
  const tick = boxes.some((one) => !one.checked);
  for (const one of boxes) one.checked = tick;
});
