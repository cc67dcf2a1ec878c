// Reads codes from grey pixels where the browser has no reader of its own; loaded when a camera or a photo is first read.

import BarcodeFormat from "@zxing/library/esm/core/BarcodeFormat.js";
import BinaryBitmap from "@zxing/library/esm/core/BinaryBitmap.js";
import HybridBinarizer from "@zxing/library/esm/core/common/HybridBinarizer.js";
import DataMatrixReader from "@zxing/library/esm/core/datamatrix/DataMatrixReader.js";
import DecodeHintType from "@zxing/library/esm/core/DecodeHintType.js";
import MultiFormatOneDReader from "@zxing/library/esm/core/oned/MultiFormatOneDReader.js";
import QRCodeReader from "@zxing/library/esm/core/qrcode/QRCodeReader.js";
import RGBLuminanceSource from "@zxing/library/esm/core/RGBLuminanceSource.js";

const HINTS = new Map([
  [DecodeHintType.TRY_HARDER, true],
  [DecodeHintType.POSSIBLE_FORMATS, [
    BarcodeFormat.CODE_128, BarcodeFormat.CODE_39, BarcodeFormat.CODE_93, BarcodeFormat.EAN_13, BarcodeFormat.EAN_8, BarcodeFormat.UPC_A,
  ]],
]);

function grey({ data, width, height }) {
  const light = new Uint8ClampedArray(width * height);
  for (let at = 0, from = 0; at < light.length; at += 1, from += 4) light[at] = (data[from] + 2 * data[from + 1] + data[from + 2]) >> 2;
  return light;
}

// Bars that stand upright for whoever holds the phone lie across for the reader.
function turned(light, width, height) {
  const result = new Uint8ClampedArray(light.length);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) result[x * height + y] = light[y * width + x];
  return result;
}

function attempt(bitmap, reader) {
  try {
    return reader.decode(bitmap, HINTS);
  } catch {
    // The library says by an exception that nothing is there, or nothing whole.
    return null;
  }
}

function bitmapOf({ light, width, height }) {
  return new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(light, width, height)));
}

function cut({ light, width }, left, top, right, bottom) {
  const part = { light: new Uint8ClampedArray((right - left) * (bottom - top)), width: right - left, height: bottom - top };
  for (let y = top; y < bottom; y += 1) part.light.set(light.subarray(y * width + left, y * width + right), (y - top) * part.width);
  return part;
}

const bars = new MultiFormatOneDReader(HINTS);
const squares = [new QRCodeReader(), new DataMatrixReader()];
const BANDS = 10;
const NARROWEST = 80;

// A label bears bars above one another and side by side: each band of the picture is read, then what lies left and right of what was found there.
function barsOf(picture) {
  if (!attempt(bitmapOf(picture), bars)) return [];
  const found = [];
  for (let band = 0; band < BANDS; band += 1) {
    const [top, bottom] = [band, band + 1].map((place) => Math.round((place * picture.height) / BANDS));
    if (bottom > top) found.push(...barsAcross(cut(picture, 0, top, picture.width, bottom)));
  }
  return found;
}

function barsAcross(band) {
  const read = band.width > NARROWEST && attempt(bitmapOf(band), bars);
  if (!read) return [];
  const across = read.getResultPoints().map((point) => Math.min(band.width, Math.max(0, Math.round(point.getX()))));
  const sides = [cut(band, 0, 0, Math.min(...across), band.height), cut(band, Math.max(...across), 0, band.width, band.height)];
  return [read.getText(), ...sides.flatMap(barsAcross)];
}

// A square code is looked for around the middle: of a photo, around the middles of its parts too.
function squaresOf(picture, isThorough) {
  const parts = [picture];
  const [half, tall] = [picture.width >> 1, picture.height >> 1];
  for (let place = 0; isThorough && place < 9; place += 1) {
    const [left, top] = [((place % 3) * half) >> 1, (Math.floor(place / 3) * tall) >> 1];
    parts.push(cut(picture, left, top, left + half, top + tall));
  }
  return parts.flatMap((part) => squares.map((reader) => attempt(bitmapOf(part), reader)?.getText()).filter(Boolean));
}

// The texts of the codes in a picture (an ImageData), each once; with `isTurned`, of bars that stand on their side; `isThorough`: wherever they are.
export function read(image, isTurned, isThorough) {
  const { width, height } = image;
  const light = grey(image);
  if (isTurned) return [...new Set(barsOf({ light: turned(light, width, height), width: height, height: width }))];
  const picture = { light, width, height };
  return [...new Set([...barsOf(picture), ...squaresOf(picture, isThorough)])];
}
