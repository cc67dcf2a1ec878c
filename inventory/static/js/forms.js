// Forms: the error summary takes the focus, and unsaved work is not left without a question.

import { speak } from "./voice.js";

let dirty = false;

// Ctrl+Enter sends the form from any of its fields, one of many lines too.
function sendNow(event) {
  const form = event.target.closest?.("form[data-form]");
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented || !form) return;
  event.preventDefault();
  form.requestSubmit([...form.elements].find((one) => one.type === "submit" && !one.disabled));
}

// A scanner ends what it reads with Enter: in a form of many fields that goes on to the next field.
function moveOn(event) {
  const form = event.target.closest?.("[data-enter-moves]");
  if (event.key !== "Enter" || event.defaultPrevented || !form || !event.target.matches("input:not([type=submit])")) return;
  event.preventDefault();
  const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button[type=submit]")]
    .filter((field) => !field.disabled && field.checkVisibility());
  fields[fields.indexOf(event.target) + 1]?.focus();
}

// Editing in place: Escape gives up, as the link beside the field does.
function giveUp(event) {
  const place = event.key === "Escape" && event.target.closest?.("[data-in-place]");
  if (!place) return;
  event.preventDefault();
  dirty = false;
  place.querySelector("[data-give-up]").click();
}

// What is shown once is copied by its button; where the browser forbids that, it stands selected.
async function copy(event) {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  const copied = await navigator.clipboard?.writeText(field.value).then(() => true, () => false);
  if (!copied) return;
  button.querySelector("span").textContent = button.dataset.done;
  speak(button.dataset.done);
}

// To where one came from as it was left, with what was typed there.
function goBack(event) {
  if (!event.target.closest("[data-back]") || history.length < 2 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.back();
}

// What is typed into a password's field is shown while its button is pressed in, and never sent so: browsers offer to keep what they hid.
function reveal(button, shown) {
  document.getElementById(button.dataset.reveal).type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

function prepareSecrets() {
  for (const button of document.querySelectorAll("[data-reveal]")) {
    button.hidden = false;
    button.addEventListener("click", () => reveal(button, button.getAttribute("aria-pressed") !== "true"));
    button.form?.addEventListener("submit", () => reveal(button, false));
  }
}

// The first field of a form that is all the page is for; a phone would hide half of it behind its keyboard.
export function beginForm() {
  if (document.querySelector("[data-focus], [autofocus]") || !matchMedia("(pointer: fine)").matches) return;
  // Who was quicker than the scripts is typing already.
  if (document.activeElement !== document.body) return;
  const fields = document.querySelectorAll("[data-start] :is(input:not([type=hidden]), select, textarea)");
  [...fields].find((field) => field.checkVisibility())?.focus({ preventScroll: true });
}

// Lines that cannot be logged leave the list that was pasted, all at once.
function dropLines(event) {
  const button = event.target.closest?.("[data-drop-lines]");
  const list = button && document.getElementById(button.dataset.from);
  if (!list) return;
  const wrong = new Set(button.dataset.dropLines.split(",").map(Number));
  list.value = list.value.trim().split("\n").filter((_line, place) => !wrong.has(place + 1)).join("\n");
  list.dispatchEvent(new Event("input", { bubbles: true }));
  list.focus();
}

// A file that is too large is refused before it is sent: what else the form holds stays.
function weigh(event) {
  const field = event.target;
  if (!field.matches?.("input[type=file][data-most]")) return;
  const isTooLarge = [...field.files].some((file) => file.size > Number(field.dataset.most));
  field.setCustomValidity(isTooLarge ? field.dataset.tooLarge : "");
  field.reportValidity();
}

export function prepareForms() {
  prepareSecrets();
  document.addEventListener("change", weigh);
  document.addEventListener("click", dropLines);
  document.addEventListener("click", copy);
  document.addEventListener("click", goBack);
  document.addEventListener("keydown", sendNow);
  document.addEventListener("keydown", moveOn);
  document.addEventListener("keydown", giveUp);
  document.addEventListener("htmx:afterSettle", (event) => {
    // What followed from it, such as an age, has its place beside.
    const isAsked = event.target.id === event.detail.target?.id;
    const saved = event.detail.requestConfig?.verb === "post" && isAsked && event.target.matches(".fact");
    if (saved) speak(["dt", ".fact-value"].map((part) => event.target.querySelector(part).textContent).join(" : "));
    if (event.target.matches("[data-in-place]")) {
      const field = event.target.querySelector("input:not([type=hidden]):not([hidden]), select, textarea");
      field?.focus();
      field?.select?.();
      // What is wrong with it stands below the field, where a phone has its bars.
      event.target.scrollIntoView({ block: "nearest" });
    }
    else if (isAsked && event.target.matches(".fact") && document.activeElement === document.body) event.target.querySelector("a.quiet-act")?.focus();
  });
  document.querySelector("[data-focus]")?.focus();
  if (document.querySelector("[data-form] .field-error")) dirty = true;
  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-form]") && !event.target.closest(".signed-out")) dirty = true;
  });
  document.addEventListener("submit", () => {
    dirty = false;
    // A page that opened at one of its fields would come back to there, not to what is said to be wrong.
    if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}
