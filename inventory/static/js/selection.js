// Selected rows: the count in the bulk bar, the box that selects the page, ranges with Shift.

let last = null;

function boxes(grid) {
  return [...grid.querySelectorAll('tbody .td-select input[type="checkbox"]')];
}

function refresh(grid) {
  const all = boxes(grid);
  const chosen = all.filter((box) => box.checked).length;
  const everything = grid.querySelector("[data-select-all]");
  if (everything) {
    everything.checked = chosen > 0 && chosen === all.length;
    everything.indeterminate = chosen > 0 && chosen < all.length;
  }
  const count = document.querySelector("[data-bulk-count]");
  const matching = document.querySelector("[data-select-matching]");
  if (matching?.checked) count.textContent = count.dataset.all;
  else if (count) count.textContent = chosen === 1 ? count.dataset.one : count.dataset.many.replace("{n}", chosen);
}

function selectRange(grid, box) {
  const all = boxes(grid);
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) for (const between of all.slice(from, to + 1)) between.checked = box.checked;
}

export function prepareSelection() {
  document.addEventListener("click", (event) => {
    const box = event.target;
    const grid = box.closest?.("[data-grid]");
    if (!grid || !box.matches('.td-select input[type="checkbox"]')) return;
    if (box.matches("[data-select-all]")) for (const one of boxes(grid)) one.checked = box.checked;
    else {
      if (event.shiftKey && last) selectRange(grid, box);
      last = box;
    }
    // One that is left out again: what is selected is no longer all that matches.
    const matching = document.querySelector("[data-select-matching]");
    if (matching && !box.checked) matching.checked = false;
    refresh(grid);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-select-matching]")) return;
    const grid = document.querySelector("[data-grid]");
    if (event.target.checked) for (const one of boxes(grid)) one.checked = true;
    refresh(grid);
  });
  document.addEventListener("reset", (event) => {
    if (event.target.id === "bulk") {
      const grid = document.querySelector("[data-grid]");
      event.preventDefault();
      for (const box of boxes(grid)) box.checked = false;
      const matching = document.querySelector("[data-select-matching]");
      if (matching) matching.checked = false;
      refresh(grid);
    }
  });
  const grid = document.querySelector("[data-grid]");
  if (grid) refresh(grid);
}
