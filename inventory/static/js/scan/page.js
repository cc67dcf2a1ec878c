// The page that scans labels: a reading opens what has it, or its line joins the list of several.

import { Camera } from "./camera.js";

const LONGEST = 500;
const MODE = "scan several";
const LIST = "scan list";

class ScanPage {
  constructor(box) {
    this.box = box;
    this.form = box.querySelector("[data-scan-form]");
    this.code = this.form.querySelector("input[name=code]");
    this.several = box.querySelector("[data-scan-several]");
    this.lines = box.querySelector("[data-scanned-lines]");
    this.outcome = box.querySelector("[data-scan-outcome]");
    this.camera = new Camera(box.querySelector("[data-camera]"), (texts) => this.look(texts));
    this.listen();
    this.recall();
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.code.value.trim()) this.look([this.code.value]);
    });
    this.several.addEventListener("change", () => {
      sessionStorage.setItem(MODE, this.several.checked ? "1" : "");
      this.ready();
    });
    this.box.addEventListener("click", (event) => {
      const line = event.target.closest("[data-scanned-remove]")?.closest("[data-scanned]");
      if (event.target.closest("[data-scanned-clear]")) this.lines.replaceChildren();
      else if (!line) return;
      line?.remove();
      this.count();
      this.ready();
    });
  }

  // A barcode scanner types where the cursor is: on a desk that is the field; on a phone the keyboard would cover the camera.
  ready() {
    if (matchMedia("(pointer: fine)").matches) this.code.focus();
  }

  async recall() {
    this.several.checked ||= sessionStorage.getItem(MODE) === "1";
    const kept = sessionStorage.getItem(LIST);
    if (kept) {
      const answer = await this.ask(this.box.dataset.listUrl, { id: kept });
      const old = answer?.ok ? this.parsed(await answer.text()).querySelectorAll("[data-scanned]") : [];
      this.lines.append(...old);
      this.count();
    }
    this.adopt();
    this.ready();
    if (matchMedia("(pointer: coarse)").matches) this.camera.open();
  }

  ask(address, values) {
    const url = new URL(address, location.href);
    for (const [name, value] of Object.entries(values)) for (const one of [value].flat()) url.searchParams.append(name, one);
    return fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  }

  parsed(text) {
    return new DOMParser().parseFromString(text, "text/html").body;
  }

  async look(texts) {
    const code = texts.map((text) => text.trim().slice(0, LONGEST));
    this.code.value = code.join(" ");
    const answer = await this.ask(this.box.dataset.readingUrl, { code, several: this.several.checked ? "1" : "" });
    const target = answer?.headers.get("HX-Redirect");
    if (target) {
      this.camera.close();
      location.assign(target);
    } else if (answer?.ok) this.show(await answer.text());
    else this.say(this.box.dataset.failed, true);
  }

  show(text) {
    this.outcome.replaceChildren(...this.parsed(text).childNodes);
    this.adopt();
    // The next reading replaces this one.
    this.code.value = "";
    this.ready();
  }

  // Lines that were answered go to the list; anything else stands where it came and is read out.
  adopt() {
    const lines = [...this.outcome.querySelectorAll("[data-scanned]")];
    if (!lines.length) {
      this.say(this.outcome.querySelector(".reading-said")?.textContent.trim() ?? "");
      return;
    }
    this.outcome.replaceChildren();
    const told = lines.map((line) => this.keep(line));
    this.count();
    this.say(told.join(" "), true);
  }

  keep(line) {
    const same = this.lines.querySelector(`[data-scanned="${CSS.escape(line.dataset.scanned)}"]`);
    if (!same && this.lines.children.length >= Number(this.box.dataset.most)) return this.box.dataset.full;
    this.lines.prepend(same ?? line);
    return this.box.dataset[same ? "again" : "added"].replace("…", () => line.querySelector("a").textContent);
  }

  say(words, isShown = false) {
    this.box.querySelector("[data-scan-voice]").textContent = words;
    if (!isShown) return;
    this.outcome.replaceChildren(Object.assign(document.createElement("p"), { className: "reading-said", textContent: words }));
  }

  count() {
    const ids = [...this.lines.children].map((line) => line.dataset.scanned);
    sessionStorage.setItem(LIST, ids.join(","));
    this.box.querySelector("[data-scanned-count]").textContent = ids.length;
    this.box.querySelector("[data-scanned-list]").hidden = ids.length === 0;
  }
}

export function prepareScanPage() {
  const box = document.querySelector("[data-scan]");
  if (box) new ScanPage(box);
}
