// The drawing of a site: zoomed by buttons, keys, wheel and two fingers, moved by dragging; its frame scrolls by itself.

const STEP = 1.25;
const LEAST = 0.1;
const MOST = 3;

function viewOf(frame) {
  const svg = frame.querySelector("svg");
  const { width, height } = svg.viewBox.baseVal;
  return { frame, svg, width, height, scale: 1 };
}

// What lies under the point (from the frame's corner) stays there.
function zoom(view, scale, x = view.frame.clientWidth / 2, y = view.frame.clientHeight / 2) {
  const next = Math.min(MOST, Math.max(LEAST, scale));
  const { frame, svg } = view;
  const [left, top] = [(frame.scrollLeft + x) / view.scale, (frame.scrollTop + y) / view.scale];
  view.scale = next;
  svg.setAttribute("width", view.width * next);
  svg.setAttribute("height", view.height * next);
  frame.scrollLeft = left * next - x;
  frame.scrollTop = top * next - y;
}

function fit(view) {
  const { frame } = view;
  const highest = Math.max(frame.clientHeight, window.innerHeight * 0.7);
  zoom(view, Math.min(1, frame.clientWidth / view.width, highest / view.height));
}

function act(view, what) {
  if (what === "fit") fit(view);
  else zoom(view, what === "in" ? view.scale * STEP : view.scale / STEP);
}

const KEYS = { "+": "in", "=": "in", "-": "out", "−": "out", 0: "fit" };

function byKeys(view) {
  view.frame.addEventListener("keydown", (event) => {
    const what = KEYS[event.key];
    if (!what || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(view, what);
  });
}

function byWheel(view) {
  view.frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const corner = view.frame.getBoundingClientRect();
    zoom(view, view.scale * Math.exp(-event.deltaY / 300), event.clientX - corner.left, event.clientY - corner.top);
  }, { passive: false });
}

// A click that follows a drag opens nothing.
function byDragging(view) {
  const { frame } = view;
  let held = null;
  let moved = false;
  frame.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    held = { x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop };
    moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [across, down] = [event.clientX - held.x, event.clientY - held.y];
    if (!moved && Math.hypot(across, down) < 5) return;
    moved = true;
    frame.classList.add("is-held");
    frame.scrollLeft = held.left - across;
    frame.scrollTop = held.top - down;
  });
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => {
    held = null;
    frame.classList.remove("is-held");
  });
  frame.addEventListener("dragstart", (event) => event.preventDefault());
  frame.addEventListener("click", (event) => {
    if (moved) event.preventDefault();
    moved = false;
  }, true);
}

function byFingers(view) {
  let begun = null;
  const spread = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  view.frame.addEventListener("touchstart", (event) => {
    begun = event.touches.length === 2 ? { spread: spread(event.touches), scale: view.scale } : null;
  }, { passive: true });
  view.frame.addEventListener("touchmove", (event) => {
    if (!begun || event.touches.length !== 2) return;
    event.preventDefault();
    const corner = view.frame.getBoundingClientRect();
    const [one, other] = event.touches;
    const [x, y] = [(one.clientX + other.clientX) / 2 - corner.left, (one.clientY + other.clientY) / 2 - corner.top];
    zoom(view, begun.scale * spread(event.touches) / begun.spread, x, y);
  }, { passive: false });
}

// Opening a switch's devices loads the page again: the view is as it was left.
function remember(view) {
  const key = `topology ${location.pathname}`;
  for (const link of view.frame.querySelectorAll("[data-topology-toggle]")) link.addEventListener("click", () => {
    sessionStorage.setItem(key, JSON.stringify([view.scale, view.frame.scrollLeft, view.frame.scrollTop]));
  });
  const [scale, left, top] = JSON.parse(sessionStorage.getItem(key) ?? "[]");
  sessionStorage.removeItem(key);
  if (!scale) return false;
  zoom(view, scale);
  view.frame.scrollTo(left, top);
  return true;
}

// What was looked for, else the core, in the middle of the frame.
function showFirst({ frame, scale }) {
  const node = frame.querySelector(".node-found") ?? frame.querySelector(".node-core");
  if (!node) return;
  const { x, y, width, height } = node.getBBox();
  const left = (x + width) * scale > frame.clientWidth ? (x + width / 2) * scale - frame.clientWidth / 2 : 0;
  frame.scrollTo(left, (y + height / 2) * scale - frame.clientHeight / 2);
}

export function prepareTopology() {
  const frame = document.querySelector("[data-topology]");
  if (!frame) return;
  const view = viewOf(frame);
  const tools = document.querySelector("[data-topology-tools]");
  tools.hidden = false;
  for (const button of tools.querySelectorAll("[data-topology-zoom]")) {
    button.addEventListener("click", () => act(view, button.dataset.topologyZoom));
  }
  for (const prepare of [byKeys, byWheel, byDragging, byFingers]) prepare(view);
  if (!remember(view)) {
    // Readable at first; a wide drawing is moved rather than made too small to read.
    zoom(view, Math.max(0.7, Math.min(1, frame.clientWidth / view.width)), 0, 0);
    showFirst(view);
  }
}
