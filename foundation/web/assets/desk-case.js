// The case page of the desk: keys, materials without leaving the page, text that keeps itself, and a word when somebody
// else was first. Every part of the page works without this file.
"use strict";

(() => {
  const bench = document.querySelector(".bench");
  if (!bench) return;
  const find = (selector) => [...bench.querySelectorAll(selector)].find((element) => element.offsetParent !== null);

  // --- Keys ---------------------------------------------------------------------------------------------------------
  // data-press="k": the key clicks it. data-focus="k": the key moves there, for what cannot be taken back.
  // Single letters can be switched off (WCAG 2.2, 2.1.4).
  const dialog = document.getElementById("keys");
  const keysOn = document.getElementById("keys-on");
  const OFF = "desk-keys-off"; // the same choice as in the lists
  keysOn.checked = localStorage.getItem(OFF) !== "yes";
  keysOn.addEventListener("change", () => localStorage.setItem(OFF, keysOn.checked ? "no" : "yes"));
  const help = bench.querySelector("[data-keys]");
  help.hidden = false;
  help.addEventListener("click", () => dialog.showModal());

  const send = () => {
    const focused = document.activeElement && document.activeElement.closest(".work form, #notes form, #letters form");
    const form = focused || bench.querySelector("form[data-main]");
    if (form) form.requestSubmit();
  };
  const choices = { a: ["agree", "true"], d: ["disagree", "false"] };
  const choose = (key) => {
    const main = bench.querySelector("form[data-main]");
    if (!main || !choices[key]) return false;
    const radio = [...main.querySelectorAll("[name=conclusion], [name=grant]")].find((input) => choices[key].includes(input.value));
    if (!radio) return false;
    radio.click();
    radio.focus();
    return true;
  };
  const write = () => {
    const main = bench.querySelector("form[data-main]");
    const text = main && main.querySelector("[name=text], [name=reason]");
    if (text) text.focus();
    return Boolean(text);
  };
  const act = (key) => {
    const pressed = find(`[data-press="${CSS.escape(key)}"]`);
    if (pressed) {
      pressed.click();
      return true;
    }
    if (key === "o" && write()) return true;
    if (choose(key)) return true;
    const place = find(`[data-focus="${CSS.escape(key)}"]`);
    if (place) {
      place.scrollIntoView({ block: "center" });
      place.focus();
      return true;
    }
    return false;
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || dialog.open) return;
    const target = event.target;
    const typing = target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && typing) {
      target.blur();
    } else if (!typing && !event.ctrlKey && !event.metaKey && event.key === "?") {
      event.preventDefault();
      dialog.showModal();
    } else if (!typing && !event.ctrlKey && !event.metaKey && keysOn.checked && event.key.length === 1 && act(event.key)) {
      event.preventDefault();
    }
  });

  // --- Materials ----------------------------------------------------------------------------------------------------
  const links = [...bench.querySelectorAll("[data-file]")];
  const viewer = document.getElementById("viewer");
  const frame = document.getElementById("viewer-frame");
  const show = (link) => {
    for (const other of links) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    const { kind, source, name } = link.dataset;
    const made = document.createElement(kind === "picture" ? "img" : kind === "document" ? "iframe" : "p");
    if (kind === "picture") made.alt = name;
    else if (kind === "document") { made.className = "frame not-on-phones"; made.title = name; }
    else made.textContent = frame.dataset.cannot;
    // What follows the # is for the viewer of the browser: no list of pages, the whole width (RFC 8118 §3).
    if (kind !== "other") made.src = kind === "document" ? `${source}#navpanes=0&view=FitH` : source;
    frame.replaceChildren(made);
    document.getElementById("viewer-name").textContent = name;
    document.getElementById("viewer-open").href = source;
    viewer.hidden = false;
    const at = links.indexOf(link);
    const turn = (key, other) => {
      const button = viewer.querySelector(`[data-press="${key}"]`);
      button.hidden = !other;
      if (other) button.href = other.href;
    };
    turn("[", links[at - 1]);
    turn("]", links[at + 1]);
    for (const field of document.querySelectorAll("input[name=shown]")) field.value = link.dataset.file;
    const here = new URL(location.href);
    here.searchParams.set("material", link.dataset.file);
    here.searchParams.delete("done");
    history.replaceState(null, "", here.pathname + here.search);
  };
  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(link);
    });
  }
  const step = (by) => {
    const at = links.findIndex((link) => link.getAttribute("aria-current"));
    const wanted = at < 0 ? (by > 0 ? links[0] : undefined) : links[at + by];
    if (wanted) show(wanted);
  };
  if (viewer) {
    for (const [key, by] of [["[", -1], ["]", 1]]) {
      viewer.querySelector(`[data-press="${key}"]`).addEventListener("click", (event) => {
        event.preventDefault();
        step(by);
      });
    }
    // While nothing is shown the buttons are not in sight, and the key opens the first material.
    document.addEventListener("keydown", (event) => {
      const typing = event.target.matches("textarea, select, input");
      if (viewer.hidden && event.key === "]" && !typing && !dialog.open && keysOn.checked) step(1);
    });
  }

  // --- Phrases ------------------------------------------------------------------------------------------------------
  for (const select of bench.querySelectorAll("select[data-into]")) {
    const button = select.form.querySelector("[data-pick]");
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const text = select.selectedOptions[0] && select.selectedOptions[0].dataset.text;
      const into = select.form.elements[select.dataset.into];
      if (!text) return;
      into.value = into.value.trim() ? `${into.value.trimEnd()}\n${text}` : text;
      into.dispatchEvent(new Event("input", { bubbles: true }));
      into.focus();
    });
  }

  // --- Text that keeps itself ---------------------------------------------------------------------------------------
  const SECONDS = 4;
  const keepers = new Map();
  const keep = async (form) => {
    const state = keepers.get(form);
    if (!state.changed || form.dataset.sent) return;
    state.changed = false;
    const pairs = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(`/desk/cases/${bench.dataset.case}/drafts`, { method: "POST", body: pairs, keepalive: true });
      if (!answer.ok) throw new Error(String(answer.status));
      const said = await answer.json();
      form.querySelector("[data-kept]").textContent = said.text;
      if (!state.changed) form.dataset.changed = ""; // it may be left without a question: nothing is lost
    } catch {
      state.changed = true; // the next round tries again
    }
  };
  for (const form of bench.querySelectorAll("form[data-draft]")) {
    keepers.set(form, { changed: false });
    form.addEventListener("input", () => { keepers.get(form).changed = true; });
    form.addEventListener("focusout", () => keep(form));
  }
  setInterval(() => { for (const form of keepers.keys()) keep(form); }, SECONDS * 1000);
  document.addEventListener("visibilitychange", () => { for (const form of keepers.keys()) keep(form); });

  // --- Somebody else was first --------------------------------------------------------------------------------------
  const notice = document.getElementById("meanwhile");
  const POLL_SECONDS = 10;
  // Nobody sits there any more: asking on would keep the session of an abandoned desk alive.
  const ABSENT_MINUTES = 5;
  let seen = Date.now();
  let asked = Date.now();
  for (const sign of ["keydown", "pointerdown", "scroll", "focus"]) window.addEventListener(sign, () => { seen = Date.now(); });
  const look = async () => {
    if (document.hidden || !notice.hidden || Date.now() - seen > ABSENT_MINUTES * 60000) return;
    asked = Date.now();
    try {
      const answer = await fetch(`/desk/cases/${bench.dataset.case}/changes?since=${bench.dataset.version}`);
      if (!answer.ok) return;
      const { happened } = await answer.json();
      if (!happened.length || !notice.hidden) return;
      const line = (tag, text) => { const made = document.createElement(tag); made.textContent = text; return made; };
      const list = document.createElement("ul");
      list.append(...happened.map((text) => line("li", text)));
      const again = line("a", notice.dataset.again);
      const here = new URL(location.href);
      here.searchParams.delete("done");
      again.href = here.pathname + here.search;
      const buttons = document.createElement("p");
      buttons.append(again);
      const title = line("p", notice.dataset.title);
      title.className = "notice-title";
      notice.hidden = false;
      notice.replaceChildren(title, list, line("p", notice.dataset.text), buttons);
    } catch {
      // The next round asks again.
    }
  };
  setInterval(look, POLL_SECONDS * 1000);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);
  // Before somebody begins to write, too.
  document.addEventListener("focusin", () => { if (Date.now() - asked > 2000) look(); });
})();
