// What a page has to say goes through one region that stands there from the start: screen readers pass over one that comes together with its words.

const AFTER_LOAD = 400;
const TOGETHER = 60;
let timer = 0;

export function speak(text) {
  const said = text.trim().replace(/\s+/g, " ");
  if (!said) return;
  // Each part of an answer is told of by itself: once is enough.
  clearTimeout(timer);
  timer = setTimeout(() => {
    const words = document.createElement("span");
    words.textContent = said;
    // A new element, so that the same sentence is said again.
    document.getElementById("voice")?.replaceChildren(words);
  }, TOGETHER);
}

// data-said marks what a part that was swapped in has to say.
function said(part) {
  return [part, ...part.querySelectorAll("[data-said]")].filter((one) => one.matches("[data-said]")).map((one) => one.innerText).join(" ");
}

export function prepareVoice() {
  document.addEventListener("htmx:afterSettle", (event) => speak(said(event.target)));
  const messages = [...document.querySelectorAll("#messages .message p")].map((one) => one.innerText).join(" ");
  setTimeout(() => speak(messages), AFTER_LOAD);
}
