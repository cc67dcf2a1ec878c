// What is chosen in a row that scrolls sideways, a tab or a question of the queue, is in sight when the page opens.

const ROWS = ".views, .queue ol";

function show(row) {
  const chosen = row.querySelector("[aria-current]");
  if (!chosen || row.scrollWidth <= row.clientWidth) return;
  const beside = (row.clientWidth - chosen.offsetWidth) / 2;
  row.scrollLeft += chosen.getBoundingClientRect().left - row.getBoundingClientRect().left - Math.max(beside, 0);
}

export function prepareCurrent() {
  for (const row of document.querySelectorAll(ROWS)) show(row);
  document.addEventListener("htmx:afterSettle", () => document.querySelectorAll(ROWS).forEach(show));
}
