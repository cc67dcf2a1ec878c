// The camera of a page or a dialog: opened, lit, closed, and each code that it sees told once.

import { decoder, drawn } from "./decoding.js";

const PAUSE = 80;
const AGAIN = 2500;
// A label's codes are not all read at once: when one is sure, the others have this many looks more, unless another label comes into sight.
const LOOKS_MORE = 2;
const PHOTO_WIDTHS = [1024, 1800, 640];
const REFUSED = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "absent", OverconstrainedError: "absent" };

export class Camera {
  constructor(box, onRead) {
    this.box = box;
    this.onRead = onRead;
    this.canvas = document.createElement("canvas");
    this.video = this.part("video");
    this.seen = new Map();
    this.label = new Set();
    this.waited = 0;
    this.part("open").addEventListener("click", () => this.open());
    this.part("close").addEventListener("click", () => this.close());
    this.part("torch").addEventListener("click", () => this.light(this.part("torch").getAttribute("aria-pressed") !== "true"));
    this.part("photo").addEventListener("change", (event) => this.photo(event.target));
    // A camera that is not looked at is let go: the phone's light and battery are not Parc's.
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
    if (!this.isAllowed) {
      this.part("open").hidden = true;
      this.say("insecure");
    }
  }

  get isAllowed() {
    return window.isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia);
  }

  part(name) {
    return this.box.querySelector(`[data-camera-${name}]`);
  }

  say(key) {
    this.part("said").textContent = key ? this.box.dataset[key] : "";
    this.part("said").classList.toggle("is-refusal", !["", "aim", "asking"].includes(key));
  }

  async open() {
    if (this.stream || this.opening || !this.isAllowed) return;
    this.opening = true;
    this.say("asking");
    const loading = decoder(this.box.dataset.decoder).catch(() => null);
    const video = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      const decode = await loading;
      if (!this.opening || !decode) for (const track of stream.getTracks()) track.stop();
      if (!decode) this.say("broken");
      else if (this.opening) await this.show(stream, decode);
    } catch (error) {
      this.say(REFUSED[error.name] ?? "busy");
    }
    this.opening = false;
  }

  async show(stream, decode) {
    this.stream = stream;
    this.video.srcObject = stream;
    this.mark(true);
    this.say("aim");
    const [track] = stream.getVideoTracks();
    this.part("torch").hidden = !track.getCapabilities?.().torch;
    await this.video.play();
    this.look(stream, decode);
  }

  mark(isOpen) {
    this.part("view").hidden = this.part("close").hidden = !isOpen;
    this.part("open").hidden = isOpen || !this.isAllowed;
  }

  async look(stream, decode) {
    for (let look = 0; this.stream === stream; look += 1) {
      const { videoWidth, videoHeight } = this.video;
      const frame = videoWidth ? drawn(this.canvas, this.video, videoWidth, videoHeight) : null;
      const texts = frame ? await decode(frame, look % 3 === 2).catch(() => []) : [];
      if (this.stream === stream) this.notice(texts);
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }

  // One blurred look may misread: what is read twice is told, with what else the label bears, and then not again while it stays in sight.
  notice(texts) {
    const now = Date.now();
    for (const [text, one] of this.seen) if (now - one.at >= AGAIN) this.seen.delete(text);
    for (const text of texts) {
      const known = this.seen.get(text) ?? { times: 0, told: false };
      this.seen.set(text, { at: now, times: known.times + 1, told: known.told });
    }
    if (texts.length && !texts.some((text) => this.label.has(text))) this.tellLabel();
    for (const text of texts) if (this.seen.get(text).times > 1) this.label.add(text);
    if (this.label.size) this.waited += 1;
    if (this.waited > LOOKS_MORE) this.tellLabel();
  }

  tellLabel() {
    const isNew = [...this.label].some((text) => this.seen.get(text)?.told === false);
    const texts = [...this.label];
    for (const text of texts) if (this.seen.has(text)) this.seen.get(text).told = true;
    this.label.clear();
    this.waited = 0;
    if (isNew) this.tell(texts);
  }

  tell(texts) {
    // Browsers refuse, aloud, before the page has been touched.
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(60);
    const { classList } = this.box;
    classList.add("is-read");
    setTimeout(() => classList.remove("is-read"), 600);
    this.onRead(texts);
  }

  async light(isOn) {
    const [track] = this.stream?.getVideoTracks() ?? [];
    const lit = await track?.applyConstraints({ advanced: [{ torch: isOn }] }).then(() => isOn, () => false);
    this.part("torch").setAttribute("aria-pressed", String(Boolean(lit)));
  }

  close() {
    this.opening = false;
    if (!this.stream) return;
    for (const track of this.stream.getTracks()) track.stop();
    this.stream = this.video.srcObject = null;
    this.part("torch").setAttribute("aria-pressed", "false");
    this.mark(false);
    this.say("");
  }

  async photo(input) {
    const [file] = input.files;
    if (!file) return;
    this.say("");
    const decode = await decoder(this.box.dataset.decoder).catch(() => null);
    const picture = decode && await createImageBitmap(file).catch(() => null);
    const texts = new Set();
    for (const widest of picture ? PHOTO_WIDTHS : []) {
      const canvas = drawn(this.canvas, picture, picture.width, picture.height, widest);
      for (const isTurned of [false, true]) for (const text of await decode(canvas, isTurned, true).catch(() => [])) texts.add(text);
      if (texts.size) break;
    }
    input.value = "";
    if (texts.size) this.tell([...texts]);
    else this.say(decode ? "blank" : "broken");
  }
}
