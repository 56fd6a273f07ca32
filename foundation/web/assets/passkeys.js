// Passkeys. A form names what to do and where its challenge comes from; without this file the other ways are there.
//   <form data-passkey="get|create" data-challenge="/address" data-failed="words">
"use strict";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function ask(form) {
  const body = new URLSearchParams({ _csrf: form.elements._csrf.value });
  const answer = await fetch(form.dataset.challenge, { method: "POST", body });
  if (!answer.ok || answer.redirected) throw new Error("no challenge");
  return answer.json();
}

function named(list) {
  return (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));
}

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    },
  });
  return {
    clientData: toText(made.response.clientDataJSON),
    attestation: toText(made.response.attestationObject),
  };
}

async function prove(options) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: named(options.allowCredentials),
    },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  return {
    id: toText(found.rawId),
    clientData: toText(clientDataJSON),
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : "",
  };
}

async function run(form, button) {
  const fault = form.querySelector("[role=alert]");
  if (fault) fault.remove();
  button.disabled = true;
  try {
    const options = await ask(form);
    const answer = form.dataset.passkey === "create" ? await create(options) : await prove(options);
    form.elements.answer.value = JSON.stringify(answer);
    form.submit();
  } catch {
    // Cancelled, timed out, or no such key here: the browser has said so already.
    const words = document.createElement("p");
    words.className = "error";
    words.setAttribute("role", "alert");
    words.textContent = form.dataset.failed;
    form.prepend(words);
    button.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-passkey-do]");
    button.hidden = false;
    button.addEventListener("click", () => run(form, button));
  }
} else {
  for (const words of document.querySelectorAll("[data-no-passkeys]")) words.hidden = false;
}
