// The filter picker: a field to find a filter by name, and focus put where the hand goes next.

export function prepareFilters() {
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-filter-search]")) return;
    event.stopPropagation();
    const words = event.target.value.trim().toLocaleLowerCase();
    for (const control of event.target.closest(".filter-panel").querySelectorAll("[data-filter-name]")) {
      control.hidden = !control.dataset.filterName.includes(words);
    }
  });
  // The picker of filters is not itself one: what is typed in it asks nothing of the server.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-filter-search]")) event.stopPropagation();
  }, true);
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.menu[open]")) {
      event.target.querySelector("[data-filter-search], [data-menu-search]")?.focus();
    }
  }, true);
}
