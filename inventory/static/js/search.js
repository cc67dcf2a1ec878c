// The search box of every page: what it finds as one types opens below it; arrows walk the results, Escape closes them.

const BOX = "[data-search-box]";

function close(box) {
  const list = box.querySelector("[data-search-found]");
  list.hidden = true;
  box.querySelector("input").setAttribute("aria-expanded", "false");
}

function open(box) {
  const list = box.querySelector("[data-search-found]");
  list.hidden = !list.textContent.trim();
  box.querySelector("input").setAttribute("aria-expanded", String(!list.hidden));
}

function walk(box, step) {
  const stops = [box.querySelector("input"), ...box.querySelectorAll("[data-search-found] a")];
  const place = stops.indexOf(document.activeElement);
  stops[(place + step + stops.length) % stops.length].focus();
}

function key(box, event) {
  if (event.key === "Escape") {
    if (!box.querySelector("[data-search-found]").hidden) event.preventDefault();
    // The field opens the list when it gets the focus: closed after that, it stays so.
    box.querySelector("input").focus();
    close(box);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    open(box);
    walk(box, event.key === "ArrowDown" ? 1 : -1);
  }
}

export function prepareSearch() {
  document.addEventListener("htmx:afterSwap", (event) => {
    const box = event.target.closest?.(BOX);
    // An answer that comes after the search was left opens nothing.
    if (box?.contains(document.activeElement)) open(box);
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest?.(BOX);
    if (box) key(box, event);
  });
  document.addEventListener("input", (event) => {
    const box = event.target.closest?.(BOX);
    if (box && !event.target.value.trim()) {
      box.querySelector("[data-search-found]").replaceChildren();
      close(box);
    }
  });
  document.addEventListener("focusin", (event) => {
    for (const box of document.querySelectorAll(BOX)) {
      if (!box.contains(event.target)) close(box);
      else if (event.target.matches("input")) open(box);
    }
  });
  document.addEventListener("click", (event) => {
    for (const box of document.querySelectorAll(BOX)) if (!box.contains(event.target)) close(box);
  });
  // A scanner ends what it types with Enter: the answer to the letters before it must not come in between.
  document.addEventListener("submit", (event) => {
    const box = event.target.closest?.(BOX);
    if (box) window.htmx?.trigger(box.querySelector("input"), "htmx:abort");
  });
}
