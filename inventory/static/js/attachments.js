// Attachments: files dropped on a panel, chosen or photographed are sent one by one, and the panel says what became of each.

import { csrfToken } from "./requests.js";
import { speak } from "./voice.js";

function filled(text, words) {
  return Object.entries(words).reduce((sentence, [name, value]) => sentence.replace(`{${name}}`, () => value), text);
}

// The panel as it is after, and which of the form's sentences says what went wrong where there is none.
async function send(form, file) {
  const body = new FormData();
  body.append("file", file, file.name);
  const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true" };
  const answer = await fetch(form.action, { method: "POST", body, headers }).catch(() => null);
  if (answer && [200, 422].includes(answer.status)) return { html: await answer.text() };
  return { sentence: answer?.status === 413 ? form.dataset.tooLarge : form.dataset.failed };
}

// The form in the panel as it is after, and what that says against this file.
function swap(form, html) {
  const panel = form.closest("section.panel");
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("section.panel");
  if (!panel || !fresh) return [form, null];
  const wrong = fresh.querySelector(".panel-body > .note-bad");
  const refused = [...panel.querySelectorAll(".panel-body > .note-bad")];
  fresh.querySelector(".panel-body").prepend(...refused);
  panel.replaceWith(fresh);
  return [fresh.querySelector("[data-drop]"), wrong];
}

// What the page refuses by itself stands where the server's refusals do.
function refuse(place, sentence) {
  const note = place.querySelector("[data-refusal]").content.cloneNode(true);
  note.querySelector("span").textContent = sentence;
  place.closest(".panel-body").prepend(note);
  speak(sentence);
}

async function sendAll(form, files) {
  let place = form;
  // What was refused of earlier files is no word on these.
  form.closest(".panel-body").querySelectorAll(":scope > .note-bad").forEach((note) => note.remove());
  for (const file of files) {
    const words = { name: file.name, most: Math.floor(form.dataset.most / 1e6) };
    if (file.size > Number(form.dataset.most)) {
      refuse(place, filled(form.dataset.tooLarge, words));
      continue;
    }
    place.querySelector(".drop-busy").textContent = filled(form.dataset.busy, words);
    const { html, sentence } = await send(form, file);
    const stood = place.contains(document.activeElement);
    let wrong = null;
    if (html) [place, wrong] = swap(place, html);
    if (stood) place.querySelector("input[type=file]").focus({ preventScroll: true });
    if (!html) refuse(place, filled(sentence, words));
    else speak(wrong ? wrong.textContent : filled(form.dataset.done, words));
  }
  place.querySelector(".drop-busy").textContent = "";
}

function panelOf(target) {
  return target.closest?.("section.panel")?.querySelector("[data-drop]");
}

export function prepareAttachments() {
  document.documentElement.classList.add("has-scripts");
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-drop]");
    if (form && event.target.files?.length) {
      const files = [...event.target.files];
      event.target.value = "";
      sendAll(form, files);
    }
  });
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      const form = event.dataTransfer?.types.includes("Files") && panelOf(event.target);
      if (!form) return;
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  document.addEventListener("dragleave", (event) => panelOf(event.target)?.classList.remove("is-over"));
  document.addEventListener("drop", (event) => {
    const form = panelOf(event.target);
    if (!form || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    form.classList.remove("is-over");
    sendAll(form, [...event.dataTransfer.files]);
  });
}
