// Requests that htmx sends: the CSRF token in a header, no empty parameter in the address, failures said aloud.

import { speak } from "./voice.js";

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

export function say(text) {
  const region = document.getElementById("messages");
  if (!region || !text) return;
  const message = document.getElementById("message-of-script").content.cloneNode(true);
  message.querySelector("p").textContent = text;
  region.replaceChildren(message);
  region.classList.add("is-said");
  speak(text);
}

function refusal(answer) {
  const page = new DOMParser().parseFromString(answer, "text/html");
  const alert = page.querySelector('[role="alert"], .error-said');
  return alert ? alert.textContent.trim() : "";
}

// A message stays in sight above what the page opens at, which must not lie beneath it.
function makeRoomForMessages() {
  const region = document.getElementById("messages");
  // The browser may not have gone there yet, so that nothing is its :target.
  const target = document.getElementById(location.hash.slice(1));
  if (!target || !region?.offsetHeight) return;
  document.documentElement.style.setProperty("--said", `${region.offsetHeight}px`);
  target.scrollIntoView();
}

export function prepareRequests() {
  makeRoomForMessages();
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = csrfToken();
    // A form's piece is told what was emptied too: left out, it would be filled in again.
    if (event.detail.verb !== "get" || event.detail.elt.hasAttribute("data-as-typed")) return;
    const parameters = event.detail.parameters;
    // Several answers to one question stand together, as addresses that are shared have them.
    for (const name of Object.keys(parameters)) {
      const given = [parameters[name]].flat().filter((value) => value !== "");
      delete parameters[name];
      if (given.length) parameters[name] = given.join(",");
    }
  });
  document.addEventListener("htmx:responseError", (event) => say(refusal(event.detail.xhr.responseText)));
}
