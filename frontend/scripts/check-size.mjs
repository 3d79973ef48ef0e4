// Keeps the first load small: gzipped bytes of what index.html asks for, and of the first font.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const OUT = fileURLToPath(new URL('../../src/vexmail/static/', import.meta.url));
const LIMIT_KB = { js: 130, css: 15, woff2: 40 };

const page = readFileSync(join(OUT, 'index.html'), 'utf8');
const asked = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
const gzipped = (ending) =>
  asked
    .filter((name) => name.endsWith(ending))
    .reduce((sum, name) => sum + gzipSync(readFileSync(join(OUT, name)), { level: 9 }).length, 0);
const fonts = readdirSync(join(OUT, 'assets')).filter((name) => name.endsWith('.woff2'));
const sizes = {
  js: gzipped('.js'),
  css: gzipped('.css'),
  woff2: Math.max(...fonts.map((name) => statSync(join(OUT, 'assets', name)).size)),
};
let isOver = sizes.js === 0;
for (const [kind, bytes] of Object.entries(sizes)) {
  const limit = LIMIT_KB[kind];
  console.log(`${kind.padEnd(6)} ${(bytes / 1000).toFixed(1).padStart(6)} kB of ${limit} kB`);
  isOver ||= bytes > limit * 1000;
}
if (isOver) process.exit(1);
