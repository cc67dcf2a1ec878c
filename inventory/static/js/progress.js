// A run speaks to screen readers when a quarter more is done, or when its state changes; not at every poll.

import { speak as say } from "./voice.js";

let said = "";

function speak() {
  const run = document.getElementById("progress");
  if (!run) return;
  const quarter = Math.floor(Number(run.dataset.percent || 0) / 25);
  const state = run.querySelector(".mark")?.textContent.trim() ?? "";
  if (said !== `${state} ${quarter}`) {
    said = `${state} ${quarter}`;
    say(`${state}. ${run.querySelector("[data-progress-sentence]").textContent.trim()}`);
  }
}

export function prepareProgress() {
  document.addEventListener("htmx:afterSettle", speak);
}
