// Review by keyboard: 1–9 choose an answer, Enter accepts the proposed one, u undoes the last.

import { isTyping, READER_PAUSE } from "./keyboard.js";

let waiting = 0;

export function prepareReview() {
  document.addEventListener("keydown", (event) => {
    clearTimeout(waiting);
    const busy = event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target);
    if (busy || document.querySelector("dialog[open]")) return;
    let button = null;
    if (/^[1-9]$/.test(event.key)) button = document.querySelector(`[data-answers] [data-answer="${event.key}"]`);
    else if (event.key === "Enter" && !event.target.closest("a, button, summary")) button = document.querySelector("[data-answers] [data-proposed]");
    else if (event.key === "u") button = document.querySelector("[data-undo] button");
    if (button) {
      event.preventDefault();
      // A barcode begins with a digit too: the next of its characters comes before this answer is given.
      waiting = setTimeout(() => button.click(), READER_PAUSE);
    }
  });
}
