// The filter picker: a field to find a filter by name, and focus put where the hand goes next.

import { folded } from "./folding.js";
import { speak } from "./voice.js";

export function prepareFilters() {
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-filter-search]")) return;
    event.stopPropagation();
    const words = folded(event.target.value);
    const controls = [...event.target.closest(".filter-panel").querySelectorAll("[data-filter-name]")];
    for (const control of controls) control.hidden = !folded(control.dataset.filterName).includes(words);
    const left = controls.filter((control) => !control.hidden);
    if (left.length === 1) left[0].open = true;
  });
  // The picker of filters is not itself one: what is typed in it asks nothing of the server. Words are asked for as they are typed, not once more when they are left.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-filter-search], [data-filters] [type=search]")) event.stopPropagation();
  }, true);
  // What a list shows usually makes way for what is chosen beside it, and is chosen alone.
  document.addEventListener("change", ({ target }) => {
    if (!target.checked || !target.closest(".filter-item")?.querySelector("[data-usual]")) return;
    const others = target.matches("[data-usual]") ? ":not([data-usual])" : "[data-usual]";
    for (const box of target.closest("fieldset").querySelectorAll(`[name="${target.name}"]${others}`)) box.checked = false;
  }, true);
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.menu[open]")) {
      const first = event.target.querySelector("[data-filter-search], [data-menu-search], [data-menu-first]");
      first?.focus();
      first?.select?.();
    }
  }, true);
  // The picker of filters has come: it asks for what hidden fields kept until now, and takes the focus.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "filter-controls") return;
    for (const kept of document.querySelectorAll("[data-until-asked]")) kept.remove();
    event.target.querySelector("[data-filter-search], summary")?.focus();
  });
  // What was chosen is shown: the picker leaves the rows that it hid.
  document.addEventListener("submit", (event) => {
    const menu = event.submitter?.closest(".filter-line details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  // The order of columns: a line moves past its neighbour; the first one stays where it is.
  document.addEventListener("click", (event) => {
    const mover = event.target.closest("[data-move]");
    const line = mover?.closest("[data-column]");
    if (!line) return;
    const up = mover.dataset.move === "-1";
    const other = up ? line.previousElementSibling : line.nextElementSibling;
    if (!other?.querySelector("[data-move]")) return;
    if (up) other.before(line);
    else other.after(line);
    // At an end one of the two is hidden.
    const stop = mover.checkVisibility({ visibilityProperty: true }) ? mover : line.querySelector(`[data-move]:not([data-move="${mover.dataset.move}"])`);
    stop.focus();
    const lines = [...line.parentElement.children];
    speak(`${line.textContent} ${lines.indexOf(line) + 1}/${lines.length}`);
  });
}
