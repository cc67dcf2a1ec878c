// Search as you type: an ARIA combobox over the plain field, which keeps the value and is what the form sends.

import { element, OptionList } from "./options.js";
import { csrfToken } from "./requests.js";

const DELAY = 180;

class Picker {
  constructor(box) {
    this.box = box;
    this.field = box.querySelector("input, select");
    this.words = box.dataset;
    this.items = [];
    this.asked = 0;
    this.input = this.makeInput();
    this.options = new OptionList(this.input, box.querySelector("label").firstChild.textContent.trim());
    const combo = element("div", { class: "combo" });
    this.field.before(combo);
    this.field.hidden = true;
    combo.append(this.input, this.options.list, this.options.voice);
    this.chosen = this.input.value;
    this.listen();
    if (this.words.unchosen) this.refuseUnchosen();
  }

  makeInput() {
    const input = element("input", {
      class: this.field.className.replace("form-select", "form-control"), type: "text", role: "combobox",
      autocomplete: "off", "aria-autocomplete": "list", spellcheck: "false", id: this.field.id,
    });
    for (const name of ["aria-describedby", "aria-invalid", "required", "placeholder"]) {
      if (this.field.hasAttribute(name)) input.setAttribute(name, this.field.getAttribute(name));
    }
    input.value = this.words.text || this.field.selectedOptions?.[0]?.text || "";
    this.field.id = `${input.id}-value`;
    return input;
  }

  listen() {
    this.input.addEventListener("input", () => {
      if (!this.input.value.trim()) this.choose({ value: "", text: "" });
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.search(), DELAY);
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("click", () => {
      if (this.options.isOpen) return;
      // What is chosen makes way for what is typed instead of it.
      if (this.input.value === this.chosen) this.input.select();
      this.search();
    });
    this.input.addEventListener("blur", () => this.leave());
    // What is typed is no answer: the field alone says that it has changed.
    this.input.addEventListener("change", (event) => event.stopPropagation());
    this.options.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const line = event.target.closest("[data-place]");
      if (line) this.take(this.items[line.dataset.place]);
    });
  }

  async search() {
    const typed = this.input.value.trim();
    const turn = ++this.asked;
    const url = new URL(this.words.searchUrl, location.href);
    url.searchParams.set("q", typed === this.chosen ? "" : typed);
    const near = this.field.form?.elements.entity?.value || this.words.near;
    if (near) url.searchParams.set("near", near);
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    const found = answer?.ok ? (await answer.json().catch(() => ({}))).items : null;
    if (turn !== this.asked || document.activeElement !== this.input) return;
    this.items = found ?? [];
    this.answered = typed;
    if (found) this.show(found, typed);
    else this.options.showNote(this.words.failed);
  }

  show(found, typed) {
    const known = found.some((item) => item.text.toLocaleLowerCase() === typed.toLocaleLowerCase());
    if (this.words.createUrl && typed && !known) {
      this.items = [...found, { text: this.words.create.replace("…", () => typed), isNew: typed }];
    }
    if (this.items.length) this.options.show(this.items, Boolean(typed), this.words.found + found.length);
    else this.options.showNote(this.words.none);
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.options.isOpen) this.options.step(step, this.items.length);
      else this.search();
    } else if (event.key === "Enter" && this.options.isOpen && this.items[this.options.active]) {
      event.preventDefault();
      this.take(this.items[this.options.active]);
    } else if (event.key === "Enter" && this.input.value.trim() !== this.chosen) {
      // What was typed and not yet chosen would be lost by sending the form; where it means nothing, that is said.
      event.preventDefault();
      if (this.words.unchosen && this.answered === this.input.value.trim()) this.leave();
    } else if (event.key === "Escape" && (this.options.isOpen || this.input.matches(".is-invalid"))) {
      event.stopPropagation();
      this.giveUp();
    }
  }

  // The last choice comes back.
  giveUp() {
    clearTimeout(this.timer);
    this.input.value = this.chosen;
    this.warn(false);
    this.options.close();
  }

  // What was typed without choosing is no answer, unless one line alone is left: in a form it stays, and is said to be none.
  leave() {
    const typed = this.input.value.trim();
    const [only, another] = this.items;
    if (!this.words.unchosen || typed === this.chosen.trim()) return this.giveUp();
    clearTimeout(this.timer);
    this.options.close();
    if (only && !another && !only.isNew && this.answered === typed) return this.choose(only);
    return this.warn(true);
  }

  warn(isUnchosen) {
    if (!this.warning) return;
    this.warning.hidden = !isUnchosen;
    this.warning.textContent = isUnchosen ? this.words.unchosen.replace("…", () => this.input.value.trim()) : "";
    this.input.classList.toggle("is-invalid", isUnchosen);
    if (isUnchosen) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  // A form with words in it that mean nothing yet is not sent: its answer would look as if they had been saved.
  refuseUnchosen() {
    this.warning = element("p", { class: "field-error", id: `${this.input.id}-unchosen`, role: "status", hidden: "" });
    this.box.append(this.warning);
    const described = this.input.getAttribute("aria-describedby");
    this.input.setAttribute("aria-describedby", [described, this.warning.id].filter(Boolean).join(" "));
    this.field.form?.addEventListener("submit", (event) => {
      if (this.warning.hidden) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.input.focus();
    }, true);
  }

  async take(item) {
    const answer = item.isNew ? await this.create(item.isNew) : item;
    if (answer.value) this.choose(answer);
    else this.options.showNote(answer.error ?? this.words.failed);
  }

  async create(text) {
    const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
    const body = new URLSearchParams({ text });
    const answer = await fetch(this.words.createUrl, { method: "POST", body, headers }).catch(() => null);
    return (await answer?.json().catch(() => null)) ?? {};
  }

  choose({ value, text }) {
    const isNew = this.field.tagName === "SELECT" && ![...this.field.options].some((option) => option.value === value);
    if (isNew) this.field.add(new Option(text, value));
    this.field.value = value;
    this.input.value = this.chosen = text;
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    this.warn(false);
    if (text) this.options.close();
  }
}

export function preparePickers() {
  const start = (root) => {
    for (const box of root.querySelectorAll("[data-picker]:not([data-ready])")) {
      box.dataset.ready = "";
      new Picker(box);
    }
  };
  start(document);
  document.addEventListener("htmx:load", () => start(document));
}
