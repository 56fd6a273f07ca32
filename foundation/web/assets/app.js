// Small conveniences. Every page works without this file.
"use strict";

// A second click on a slow line must not send the form twice. Requests that only read may be repeated.
document.addEventListener("submit", (event) => {
  const form = event.target;
  form.dataset.changed = "";
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
});

// Coming back with the browser's back button shows the page as it was left: let the form be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});

// <form data-guard>: ask before leaving with something typed and not sent.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) form.dataset.changed = "yes";
});
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector('form[data-guard][data-changed="yes"]')) event.preventDefault();
});

// <button data-copy="…">: shown only where copying is possible.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
    });
  }
}

// <button data-print>: opens the print dialogue.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Errors are read out and reached first.
const summary = document.getElementById("error-summary");
if (summary) summary.focus();

// The platform can be installed, and says so itself when there is no network.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
