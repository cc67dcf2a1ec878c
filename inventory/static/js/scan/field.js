// A camera for a form's field: what is read is filled in; in a field of many lines each reading adds one.

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

export function prepareScanFields() {
  const dialog = document.getElementById("scan-dialog");
  if (!dialog) return;
  const said = dialog.querySelector("[data-scan-read]");
  let field = null;
  const camera = new Camera(dialog.querySelector("[data-camera]"), (text) => {
    fill(field, text);
    said.textContent = said.dataset.read.replace("…", text.trim().slice(0, 80));
    if (field.tagName !== "TEXTAREA") dialog.close();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-scan-into]");
    if (!opener) return;
    field = document.getElementById(opener.dataset.scanInto);
    said.textContent = "";
    openDialog("scan-dialog");
    camera.open();
  });
  dialog.addEventListener("close", () => {
    camera.close();
    field?.focus();
  });
}
