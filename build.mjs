// Copies and bundles what the pages load into inventory/static/vendor, so that no page asks anything of another host.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const modules = join(root, "node_modules");
const statics = join(root, "inventory", "static");
const finished = join(statics, "vendor");
const vendor = join(statics, "vendor.new");

const stylesheets = {
  "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
  "tom-select.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
};

const scripts = {
  "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
  "htmx.min.js": "htmx.org/dist/htmx.min.js",
  "tom-select.min.js": "tom-select/dist/js/tom-select.complete.min.js",
};

const pdfFonts = ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique", "DejaVuSansMono"];

// Unicode ranges of French and of Western and Central European names; narrow no-break spaces are in the first.
const interSubsets = ["latin-ext", "latin"];

class BuildError extends Error {}

function readModule(path) {
  try {
    return readFileSync(join(modules, path));
  } catch {
    throw new BuildError(`node_modules/${path} is missing: run \`npm ci\`.`);
  }
}

function put(name, content) {
  const target = join(vendor, name);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}

// A source map is not shipped, so nothing may point at one.
function withoutSourceMap(text) {
  return text.replace(/\/\*[#@] sourceMappingURL=[^*]*\*\/|\/\/[#@] sourceMappingURL=\S*/g, "").trimEnd() + "\n";
}

function refuseRemote(name, css) {
  const remote = css.match(/@import[^;]+|url\(\s*["']?(?:https?:)?\/\/[^)]*\)/i);
  if (remote) {
    throw new BuildError(`${name} would load something from elsewhere: ${remote[0]}`);
  }
}

function copyLibraries() {
  for (const [name, source] of Object.entries(stylesheets)) {
    const css = withoutSourceMap(readModule(source).toString());
    refuseRemote(name, css);
    put(name, css);
  }
  for (const [name, source] of Object.entries(scripts)) {
    put(name, withoutSourceMap(readModule(source).toString()));
  }
}

// The package's own stylesheet names every alphabet; only the ranges that are copied are kept.
function copyInter() {
  const ranges = JSON.parse(readModule("@fontsource-variable/inter/unicode.json").toString());
  const faces = interSubsets.map((subset) => {
    const file = `inter-${subset}.woff2`;
    put(`fonts/${file}`, readModule(`@fontsource-variable/inter/files/inter-${subset}-wght-normal.woff2`));
    return `@font-face {
  font-family: "Inter";
  font-style: normal;
  font-weight: 100 900;
  font-display: swap;
  src: url("fonts/${file}") format("woff2");
  unicode-range: ${ranges[subset]};
}
`;
  });
  put("inter.css", faces.join(""));
}

function copyPdfFonts() {
  for (const font of pdfFonts) {
    put(`fonts/${font}.ttf`, readModule(`dejavu-fonts-ttf/ttf/${font}.ttf`));
  }
}

function symbol(name) {
  const path = join(modules, "@tabler/icons/icons/outline", `${name}.svg`);
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(path)) {
    throw new BuildError(`inventory/static/icons.txt names "${name}", which is not an outline icon of @tabler/icons.`);
  }
  const shapes = readFileSync(path, "utf8")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
}

function drawIcons() {
  const list = join(statics, "icons.txt");
  const names = existsSync(list) ? readFileSync(list, "utf8").split(/\s+/).filter(Boolean) : [];
  const symbols = [...new Set(names)].sort().map(symbol);
  put("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
}

async function bundleOurs() {
  const ours = [["css/app.css", "app.css"], ["js/app.js", "app.js"], ["js/scan.js", "scan.js"], ["js/barcodes.js", "barcodes.js", "esm"]];
  for (const [entry, name, format = "iife"] of ours) {
    if (!existsSync(join(statics, entry))) continue;
    await build({
      entryPoints: [join(statics, entry)],
      outfile: join(vendor, name),
      bundle: true,
      minify: true,
      format,
      target: ["es2020", "chrome100", "firefox100", "safari15"],
      charset: "utf8",
      external: ["*.woff2", "*.svg", "*.png"],
      logLevel: "error",
    });
    if (name.endsWith(".css")) refuseRemote(name, readFileSync(join(vendor, name), "utf8"));
  }
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

// The page adds the hash to each address, so that a browser may keep a file for as long as it does not change.
function writeManifest() {
  const hashes = filesUnder(vendor).sort().map((path) => {
    const hash = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);
    return [relative(vendor, path).split("\\").join("/"), hash];
  });
  put("manifest.json", JSON.stringify(Object.fromEntries(hashes), null, 2) + "\n");
}

try {
  rmSync(vendor, { recursive: true, force: true });
  copyLibraries();
  copyInter();
  copyPdfFonts();
  drawIcons();
  await bundleOurs();
  writeManifest();
  rmSync(finished, { recursive: true, force: true });
  renameSync(vendor, finished);
} catch (error) {
  rmSync(vendor, { recursive: true, force: true });
  if (error instanceof BuildError) console.error(error.message);
  else if (!error.errors) console.error(error);
  process.exitCode = 1;
}
