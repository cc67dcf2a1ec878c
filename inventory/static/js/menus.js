// Menus are details elements: one open at a time, closed by Escape, by a click or the focus going elsewhere, and by choosing; arrows walk them.

import { folded } from "./folding.js";

const MENU = "details.menu";
const BEGUN = 50;
const STOPS = "a[href], button:not([disabled]), input:not([type=hidden])";

function close(menu, refocus) {
  menu.open = false;
  if (refocus) menu.querySelector("summary").focus();
}

function walk(menu, step) {
  const stops = [...menu.querySelectorAll(`.menu-panel :is(${STOPS})`)].filter((stop) => stop.offsetParent);
  if (!stops.length) return;
  // From the summary, up leads to the last.
  const place = stops.indexOf(document.activeElement);
  stops[place < 0 && step < 0 ? stops.length - 1 : (place + step + stops.length) % stops.length].focus();
}

function narrow(input) {
  const words = folded(input.value);
  for (const item of input.closest(".menu-panel").querySelectorAll(".menu-list > li")) {
    item.hidden = !folded(item.textContent).includes(words);
  }
}

function prepareNavigation() {
  const navigation = document.getElementById("navigation");
  const opener = document.querySelector("[data-navigation]");
  if (!navigation || !opener) return;
  const set = (open) => {
    navigation.classList.toggle("is-open", open);
    opener.setAttribute("aria-expanded", String(open));
  };
  opener.setAttribute("role", "button");
  set(false);
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-navigation]");
    if (pressed) event.preventDefault();
    if (!navigation.contains(event.target)) set(Boolean(pressed) && !navigation.classList.contains("is-open"));
    // It takes no focus before it has begun to come in.
    if (pressed && navigation.classList.contains("is-open")) setTimeout(() => navigation.querySelector("a")?.focus(), BEGUN);
  });
  document.addEventListener("focusin", (event) => {
    if (!navigation.contains(event.target) && event.target !== opener) set(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && navigation.classList.contains("is-open")) {
      set(false);
      opener.focus();
    }
    if (event.key === " " && event.target === opener) {
      event.preventDefault();
      opener.click();
    }
  });
}

export function prepareMenus() {
  prepareNavigation();
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(`${MENU}[open]`)) {
      const chosen = Boolean(event.target.closest(".menu-item")) && menu.contains(event.target);
      // What is chosen may leave the page as it is, as a file that is fetched does: one stands on the menu again.
      if (!menu.contains(event.target) || chosen) close(menu, chosen);
    }
  });
  // Who walks on with Tab must not find the next stops behind an open menu.
  document.addEventListener("focusin", (event) => {
    for (const menu of document.querySelectorAll(`${MENU}[open]`)) if (!menu.contains(event.target)) close(menu, false);
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.(`${MENU}[open]`);
    // A picker in a menu has taken the arrows for its own list.
    if (!menu || event.defaultPrevented) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      close(menu, true);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.tagName !== "SELECT") {
      event.preventDefault();
      walk(menu, event.key === "ArrowDown" ? 1 : -1);
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-menu-search]")) narrow(event.target);
  });
}
