// The list of options under a picker: an ARIA listbox that shows lines, marks the active one and speaks.

let serial = 0;

export function element(tag, attributes, text) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

export class OptionList {
  constructor(input, label) {
    this.input = input;
    this.list = element("ul", { class: "combo-list", role: "listbox", id: `combo-${++serial}`, hidden: "", "aria-label": label });
    this.voice = element("span", { class: "visually-hidden", role: "status" });
    this.active = -1;
    input.setAttribute("aria-controls", this.list.id);
    this.close();
  }

  get isOpen() {
    return !this.list.hidden;
  }

  // Shows lines of {text, detail, isNew}; marks the first when it is a likely answer.
  show(lines, markFirst, spoken) {
    this.list.replaceChildren(...lines.map((line, place) => this.line(line, place)));
    this.open();
    this.mark(markFirst ? 0 : -1);
    this.voice.textContent = spoken;
  }

  line({ text, detail, isNew }, place) {
    const line = element("li", {
      class: isNew ? "combo-option combo-create" : "combo-option", role: "option",
      id: `${this.list.id}-${place}`, "aria-selected": "false", "data-place": String(place),
    });
    line.append(element("span", {}, text));
    if (detail) line.append(element("small", {}, detail));
    return line;
  }

  showNote(text) {
    this.list.replaceChildren(
      element("li", { class: "combo-none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, text),
    );
    this.open();
    this.mark(-1);
    this.voice.textContent = text;
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }

  mark(place) {
    this.active = place;
    [...this.list.children].forEach((line, index) => line.setAttribute("aria-selected", String(index === place)));
    const line = this.list.children[place];
    if (line) this.input.setAttribute("aria-activedescendant", line.id);
    else this.input.removeAttribute("aria-activedescendant");
    line?.scrollIntoView({ block: "nearest" });
  }

  step(by, count) {
    if (count) this.mark(this.active < 0 && by < 0 ? count - 1 : (this.active + by + count) % count);
  }
}
