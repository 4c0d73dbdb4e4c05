import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('..', import.meta.url));

test('all that index.js imports is at most 6 KB, minified and compressed', async () => {
  const options = { bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, absWorkingDir: folder };
  const { outputFiles } = await build({ ...options, entryPoints: ['index.js'] });
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  assert.ok(bytes <= 6 * 1024, `${bytes} bytes`);
});

test('nothing but React is needed, and that by the hook alone', () => {
  const { dependencies, files } = JSON.parse(readFileSync(folder + 'package.json'));
  assert.equal(dependencies, undefined);
  assert.deepEqual(files, ['index.js', 'index.d.ts', 'react.js', 'react.d.ts', 'src']);
  for (const file of ['index.js', 'react.js', ...readdirSync(folder + 'src').map((name) => 'src/' + name)]) {
    for (const [, from] of readFileSync(folder + file, 'utf8').matchAll(/from '([^']+)'/g)) {
      assert.ok(from.startsWith('./') || (file === 'react.js' && from === 'react'), `${file}: ${from}`);
    }
  }
});
