// Builds the page: checks the types, bundles script and styles, names them by content, compresses
// each part and writes the table that assets.cc embeds. Same input, same bytes.
// Usage: node build.mjs BUILD_FOLDER (which holds node_modules; nothing is written to the source).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const source = dirname(fileURLToPath(import.meta.url));
const build = resolve(process.argv[2] ?? '.');
const modules = join(build, 'node_modules');
const output = join(build, 'assets');
const budget_bytes = 120_000;

function check_types() {
  const config = {
    extends: join(source, 'tsconfig.json'),
    compilerOptions: { paths: { uplot: [join(modules, 'uplot/dist/uPlot.d.ts')] }, types: [] },
    include: [join(source, 'src')],
  };
  const file = join(build, 'tsconfig.json');
  writeFileSync(file, JSON.stringify(config));
  const tsc = join(modules, 'typescript/bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '--noEmit', '-p', file], { stdio: 'inherit' });
  if (run.status !== 0) process.exit(1);
}

async function bundle(entry, extra) {
  const esbuild = createRequire(join(build, 'package.json'))('esbuild');
  const result = await esbuild.build({
    entryPoints: [join(source, entry)],
    absWorkingDir: source,
    nodePaths: [modules],
    bundle: true,
    minify: true,
    write: false,
    legalComments: 'none',
    charset: 'utf8',
    target: ['chrome100', 'firefox100', 'safari15.4'],
    logLevel: 'warning',
    ...extra,
  });
  return Buffer.from(result.outputFiles[0].contents);
}

const hash_of = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

check_types();
const script = await bundle('src/main.ts', { format: 'iife' });
const style = await bundle('css/page.css', {});
const script_path = `/app.${hash_of(script)}.js`;
const style_path = `/app.${hash_of(style)}.css`;
const index = Buffer.from(
  readFileSync(join(source, 'index.html'), 'utf8')
    .replace('/app.js', script_path)
    .replace('/app.css', style_path),
);
const icon = readFileSync(join(source, 'favicon.svg'));

// The order and the file names here are those of embedded.S.
const assets = [
  ['index_html', '/', 'text/html; charset=utf-8', index],
  ['app_js', script_path, 'text/javascript; charset=utf-8', script],
  ['app_css', style_path, 'text/css; charset=utf-8', style],
  ['favicon_svg', '/favicon.svg', 'image/svg+xml', icon],
];
mkdirSync(output, { recursive: true });
let table = '// Written by build.mjs: LAPWING_ASSET(symbol, path, content type, etag).\n';
let total = 0;
for (const [symbol, path, type, bytes] of assets) {
  const compressed = gzipSync(bytes, { level: 9 });
  compressed[9] = 255; // the header names the operating system; "unknown" keeps builds alike
  total += compressed.length;
  writeFileSync(join(output, `${symbol}.gz`), compressed);
  table += `LAPWING_ASSET(${symbol}, "${path}", "${type}", "${hash_of(bytes)}")\n`;
  console.log(`${path}  ${bytes.length} bytes, ${compressed.length} compressed`);
}
writeFileSync(join(output, 'assets.inc'), table);
if (total > budget_bytes) {
  console.error(`The page weighs ${total} bytes; at most ${budget_bytes} are allowed.`);
  process.exit(1);
}
