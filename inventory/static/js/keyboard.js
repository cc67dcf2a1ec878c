// Shortcuts and barcode readers: "/" searches, data-shortcut="g e" or "n" follows its link, j k x e b walk a list and act on it, "?" lists them all.

import { openDialog } from "./dialogs.js";

const PAUSE = 1200;
// A barcode reader types its characters some milliseconds apart, which no hand does, and ends with Enter.
export const READER_PAUSE = 50;
const CODE = /^(?=.*\d).{4,}$|^.{8,}$/;
let pending = "";
let timer = 0;
let code = "";
let lastKeyAt = 0;

export function isTyping(target) {
  const field = target.closest?.("input, textarea, select, [contenteditable]");
  return Boolean(field) && !["checkbox", "radio", "button", "submit"].includes(field.type);
}

function rows() {
  return [...document.querySelectorAll("[data-grid] [data-row]")];
}

function currentRow() {
  return document.activeElement?.closest("[data-row]") ?? null;
}

function move(step) {
  const all = rows();
  const place = all.indexOf(currentRow());
  const next = all[place < 0 ? (step > 0 ? 0 : all.length - 1) : place + step];
  const stop = next?.querySelector("a.row-link") ?? next?.querySelector("a, input");
  stop?.focus();
  stop?.scrollIntoView({ block: "nearest" });
}

// A list scrolls inside its frame, which no browser puts back: who returns from a row's page stands on that row again.
function remember(row) {
  if (row?.dataset.url) sessionStorage.setItem("row", JSON.stringify([location.href, row.dataset.url]));
}

function standAgain() {
  if (performance.getEntriesByType("navigation")[0]?.type !== "back_forward") return;
  const [list, url] = JSON.parse(sessionStorage.getItem("row") ?? "[]");
  const row = list === location.href ? rows().find((one) => one.dataset.url === url) : null;
  const stop = row?.querySelector("a.row-link") ?? row?.querySelector("a");
  stop?.focus({ preventScroll: true });
  stop?.scrollIntoView({ block: "center" });
}

function inList(key) {
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "x") currentRow()?.querySelector(".td-select input")?.click();
  else if (key === "b") visible("#bulk button[formaction]")?.focus();
  else return false;
  return rows().length > 0;
}

function visible(selector) {
  return [...document.querySelectorAll(selector)].find((element) => element.getClientRects().length > 0);
}

function follow(keys) {
  const target = visible(`[data-shortcut="${CSS.escape(keys)}"]`) ?? document.querySelector(`[data-shortcut="${CSS.escape(keys)}"]`);
  target?.click();
  return Boolean(target);
}

function startsSequence(keys) {
  return Boolean(document.querySelector(`[data-shortcut^="${CSS.escape(keys)} "]`));
}

function handle(key) {
  const field = key === "/" ? visible('[data-shortcut-focus="/"], [data-filters] [type="search"]') : null;
  if (field) {
    field.focus();
    field.select();
    return true;
  }
  if (key === "?") return openDialog("shortcuts");
  const row = currentRow();
  if (key === "e" && row?.dataset.url && !pending) {
    remember(row);
    location.assign(row.dataset.url.split("?")[0] + (row.closest("[data-grid]").dataset.edit ?? ""));
    return true;
  }
  const keys = pending ? `${pending} ${key}` : key;
  pending = "";
  if (startsSequence(keys)) {
    pending = keys;
    clearTimeout(timer);
    timer = setTimeout(() => { pending = ""; }, PAUSE);
    return true;
  }
  return follow(keys) || inList(key);
}

function isMeant(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return false;
  return !document.querySelector("dialog[open]");
}

// What a barcode reader types into no field is searched for, and neither a shortcut nor an answer.
function reads(event) {
  const isFast = event.timeStamp - lastKeyAt < READER_PAUSE;
  lastKeyAt = event.timeStamp;
  if (event.key !== "Enter") {
    code = isFast ? code + event.key : event.key;
    return CODE.test(code);
  }
  const search = document.querySelector('[data-shortcut-focus="/"]');
  if (!isFast || !CODE.test(code) || !search) return false;
  search.value = code;
  search.form.requestSubmit();
  return true;
}

function listShortcuts() {
  const list = document.querySelector("[data-shortcut-list]");
  for (const link of list ? document.querySelectorAll(".nav-entry[data-shortcut]") : []) {
    const line = document.createElement("div");
    const keys = document.createElement("dt");
    const does = document.createElement("dd");
    for (const key of link.dataset.shortcut.split(" ")) keys.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    does.textContent = link.querySelector(".nav-text").textContent;
    line.append(keys, does);
    list.append(line);
  }
}

export function prepareKeyboard() {
  listShortcuts();
  standAgain();
  document.addEventListener("click", (event) => remember(event.target.closest("[data-row]")));
  document.addEventListener("keydown", (event) => {
    // A key that is held down comes as fast.
    if (event.repeat || !isMeant(event) || (event.key.length !== 1 && event.key !== "Enter") || !reads(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || !isMeant(event) || event.key.length !== 1) return;
    if (handle(event.key)) event.preventDefault();
  });
}
