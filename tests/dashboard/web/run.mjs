// Bundles the page's tests and runs them with node's own test runner.
// Usage: node run.mjs BUILD_FOLDER (the page's, which holds node_modules) TEST_FOLDER (to write to).
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = dirname(fileURLToPath(import.meta.url));
const build = resolve(process.argv[2] ?? '.');
const output = resolve(process.argv[3] ?? join(build, 'tests'));
const page = resolve(source, '../../../dashboard/web');
const modules = join(build, 'node_modules');
const tests = readdirSync(source).filter((name) => name.endsWith('.test.ts'));

mkdirSync(output, { recursive: true });
for (const name of readdirSync(output)) if (name.endsWith('.test.mjs')) rmSync(join(output, name));

const config = {
  extends: join(page, 'tsconfig.json'),
  compilerOptions: {
    paths: { uplot: [join(modules, 'uplot/dist/uPlot.d.ts')] },
    typeRoots: [join(modules, '@types')],
    types: ['node'],
  },
  include: [source],
};
writeFileSync(join(output, 'tsconfig.json'), JSON.stringify(config));
const check = spawnSync(process.execPath, [join(modules, 'typescript/bin/tsc'), '--noEmit', '-p', join(output, 'tsconfig.json')], { stdio: 'inherit' });
if (check.status !== 0) process.exit(1);

const esbuild = createRequire(join(build, 'package.json'))('esbuild');
await esbuild.build({
  entryPoints: tests.map((name) => join(source, name)),
  outdir: output,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node18',
  sourcemap: 'inline',
  nodePaths: [modules],
  logLevel: 'warning',
});
const files = tests.map((name) => join(output, name.replace(/\.ts$/, '.mjs')));
const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { stdio: 'inherit' });
process.exit(run.status ?? 1);
