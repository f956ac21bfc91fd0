// Unpacks the parts of the packaged Chromium: node unpack.mjs FROM TO

import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [from, to] = process.argv.slice(2);
mkdirSync(to, { recursive: true });
for (const part of ["chromium", "al2023.tar", "fonts.tar", "swiftshader.tar"]) {
  await pipeline(createReadStream(`${from}/${part}.br`), createBrotliDecompress(), createWriteStream(`${to}/${part}`, { mode: 0o755 }));
}
