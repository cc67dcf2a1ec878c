// Where the keyboard stands once a part of the page has made way for another: never back at the page's beginning.

const STOPS = "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary";
const asked = new WeakSet();

function stopIn(part) {
  const named = part.querySelector("[data-focus]");
  return named ?? [part, ...part.querySelectorAll(STOPS)].find((one) => one.matches(STOPS) && one.checkVisibility());
}

function standIn(part) {
  const stop = stopIn(part) ?? part;
  if (stop === part && !part.matches(STOPS)) part.tabIndex = -1;
  stop.focus({ preventScroll: true });
  stop.scrollIntoView({ block: "nearest" });
}

export function prepareFocus() {
  // Whoever asks stands on what asks, or in it; a button that is off meanwhile loses the focus, and what is replaced takes it along.
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.elt.contains(document.activeElement)) asked.add(detail.elt);
    else asked.delete(detail.elt);
  });
  document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
    if (document.activeElement !== document.body || !asked.has(detail.requestConfig?.elt)) return;
    // Other parts that the answer brought along are not what was asked for.
    const wanted = detail.requestConfig.target.id;
    if (wanted && wanted !== target.id) return;
    // A removed chip, a sorted column: the filters stay.
    if (target.id === "listing") document.querySelector("#listing-filters summary, #listing-query")?.focus({ preventScroll: true });
    else standIn(target);
  });
  // The address stays as it is: a form that is sent from #content or #name would come back to there, not to what is wrong.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".skip-to-page, .form-errors a[href^='#']");
    const place = link && document.getElementById(link.hash.slice(1));
    if (!place) return;
    event.preventDefault();
    place.closest("details")?.setAttribute("open", "");
    place.focus();
  });
}
