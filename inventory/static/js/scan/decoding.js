// Chooses who reads the codes: the browser itself where it knows those that labels bear, else the library, loaded at that moment.

const WANTED = ["code_128", "code_39", "code_93", "data_matrix", "ean_13", "ean_8", "qr_code", "upc_a"];
const WIDEST = 1024;

async function ofBrowser() {
  const known = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []) ?? [];
  const needed = ["code_128", "qr_code", "data_matrix"];
  if (!needed.every((format) => known.includes(format))) return null;
  const detector = new globalThis.BarcodeDetector({ formats: WANTED.filter((format) => known.includes(format)) });
  return async (canvas) => (await detector.detect(canvas)).map((code) => code.rawValue).filter(Boolean);
}

async function ofLibrary(address) {
  const { read } = await import(address);
  return async (canvas, isTurned, isThorough) => {
    const pixels = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height);
    return read(pixels, isTurned, isThorough);
  };
}

// A function that reads a canvas and gives the texts of its codes; rejected when the library cannot be loaded. The library looks for bars that
// stand on their side, and for square codes away from the middle, only where that is asked for.
export async function decoder(address) {
  return await ofBrowser() ?? await ofLibrary(address);
}

// Draws a picture (a video's frame or a photo) no wider than is read well in time.
export function drawn(canvas, picture, width, height, widest = WIDEST) {
  const scale = Math.min(1, widest / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}
