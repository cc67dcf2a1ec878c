// Forms: the error summary takes the focus, and unsaved work is not left without a question.

let dirty = false;

export function prepareForms() {
  document.querySelector("[data-focus]")?.focus();
  if (document.querySelector("[data-form] .field-error")) dirty = true;
  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-form]") && !event.target.closest(".signed-out")) dirty = true;
  });
  document.addEventListener("submit", () => {
    dirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}
