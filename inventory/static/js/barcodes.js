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

function attempt(bitmap, readers) {
  for (const reader of readers) {
    try {
      return reader.decode(bitmap, HINTS).getText();
    } catch {
      // The library says by an exception that nothing is there, or nothing whole.
    }
  }
  return null;
}

function bitmapOf(light, width, height) {
  return new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(light, width, height)));
}

const bars = new MultiFormatOneDReader(HINTS);
const squares = [new QRCodeReader(), new DataMatrixReader()];

// The text of the code in a picture (an ImageData), or null; with `isTurned`, of bars that stand on their side.
export function read(image, isTurned) {
  const { width, height } = image;
  const light = grey(image);
  if (isTurned) return attempt(bitmapOf(turned(light, width, height), height, width), [bars]);
  return attempt(bitmapOf(light, width, height), [bars, ...squares]);
}
