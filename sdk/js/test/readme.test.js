import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { snapshot, startServer } from './server.js';

const example = () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  return /```js\n(.*?)```/s.exec(readme)[1];
};

test('the example of the README runs as it stands there', async (t) => {
  const server = await startServer(t);
  server.config = snapshot(1, 'signup_button_color');
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const text = example();
  assert.ok(text.trim().split('\n').length <= 10, text);
  const file = join(folder, 'example.mjs');
  const index = new URL('../index.js', import.meta.url).href;
  writeFileSync(file, text.replace('@assay/sdk', index).replace('http://127.0.0.1:8080', server.url).replace('1000', '30000'));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env: { ...process.env, ASSAY_KEY: 'secret' } });
  assert.equal(stdout, "treatment_a { color: 'green' }\n");
  const sent = [...server.counted.values()];
  assert.deepEqual(sent.map(({ user_id, name, variant, value }) => [user_id, name ?? variant, value]), [
    ['u123', 'treatment_a', undefined],
    ['u123', 'purchase', 49.99],
  ]);
  assert.ok(server.requests.every(({ headers }) => headers.authorization === 'Bearer secret'));
});
