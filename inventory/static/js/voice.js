// What a page has to say goes through one region that stands there from the start: screen readers pass over one that comes together with its words.

const AFTER_LOAD = 400;

export function speak(text) {
  const voice = document.getElementById("voice");
  const words = document.createElement("span");
  words.textContent = text.trim().replace(/\s+/g, " ");
  // A new element, so that the same sentence is said again.
  if (voice && words.textContent) voice.replaceChildren(words);
}

// data-said marks what a part that was swapped in has to say.
function said(part) {
  return [part, ...part.querySelectorAll("[data-said]")].filter((one) => one.matches("[data-said]")).map((one) => one.textContent).join(" ");
}

export function prepareVoice() {
  document.addEventListener("htmx:afterSettle", (event) => speak(said(event.target)));
  const messages = [...document.querySelectorAll("#messages .message p")].map((one) => one.textContent).join(" ");
  setTimeout(() => speak(messages), AFTER_LOAD);
}
