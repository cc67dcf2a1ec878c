// A camera for a form's field: the serial number that is read is filled in; in a field of many lines each reading adds one.

import { openDialog } from "../dialogs.js";
import { Camera } from "./camera.js";

function fill(field, text) {
  const read = text.trim().replace(/\s+/g, " ");
  if (field.tagName === "TEXTAREA") {
    const lines = field.value.split("\n").filter((line) => line.trim());
    if (!lines.includes(read)) field.value = `${[...lines, read].join("\n")}\n`;
  } else field.value = read.slice(0, field.maxLength > 0 ? field.maxLength : undefined);
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
}

// A label bears several codes: the server says which is the serial number, or what to choose from.
async function ask(address, texts) {
  const url = new URL(address, location.href);
  for (const text of texts) url.searchParams.append("code", text);
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  return new DOMParser().parseFromString(answer?.ok ? await answer.text() : "", "text/html").body;
}

class ScanDialog {
  constructor(dialog) {
    this.dialog = dialog;
    this.said = dialog.querySelector("[data-scan-read]");
    this.choice = dialog.querySelector("[data-scan-choice]");
    this.camera = new Camera(dialog.querySelector("[data-camera]"), (texts) => this.read(texts));
    this.choice.addEventListener("click", (event) => {
      const button = event.target.closest("[data-use-code]");
      if (button) this.use(button.dataset.useCode);
    });
    dialog.addEventListener("close", () => {
      this.camera.close();
      this.field?.focus();
    });
  }

  open(field) {
    this.field = field;
    this.said.textContent = "";
    this.choice.replaceChildren();
    openDialog("scan-dialog");
    this.camera.open();
  }

  async read(texts) {
    const found = await ask(this.choice.dataset.scanChoice, texts);
    const only = found.querySelector("[data-code]")?.dataset.code ?? (found.childElementCount ? null : texts[0]);
    if (only) this.use(only);
    else this.choice.replaceChildren(...found.childNodes);
  }

  use(text) {
    fill(this.field, text);
    this.choice.replaceChildren();
    this.said.textContent = this.said.dataset.read.replace("…", () => text.trim().slice(0, 80));
    if (this.field.tagName !== "TEXTAREA") this.dialog.close();
  }
}

export function prepareScanFields() {
  const dialog = document.getElementById("scan-dialog");
  if (!dialog) return;
  const scan = new ScanDialog(dialog);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-scan-into]");
    if (opener) scan.open(document.getElementById(opener.dataset.scanInto));
  });
}
