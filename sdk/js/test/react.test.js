import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { act, create } from 'react-test-renderer';
import { createClient } from '../index.js';
import { AssayProvider, useAssay, useVariant } from '../react.js';
import { eventually, snapshot, startServer } from './server.js';

const Button = () => createElement('b', null, useVariant('exp'), ' ', useAssay().getAssignment('exp').config.color);
const render = (client, props) => renderToString(createElement(AssayProvider, { client, ...props }, createElement(Button)));

test('a component shows its variant in the first markup', () => {
  const client = createClient({ snapshot: snapshot(1, 'exp'), user: 'u1' });
  assert.equal(render(client), '<b>treatment_a<!-- --> <!-- -->green</b>');
});

test('without a snapshot the fallback is shown', () => {
  assert.equal(render(createClient({ user: 'u1' }), { fallback: createElement('i') }), '<i></i>');
});

test('a hook without a provider says what is missing', () => {
  assert.throws(() => renderToString(createElement(Button)), /AssayProvider/);
});

test('what a mounted component shows is recorded for every user, and again after a kill was taken back', async (t) => {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  t.after(() => delete globalThis.IS_REACT_ACT_ENVIRONMENT);
  const server = await startServer(t);
  server.emergency = { version: 1, killed: ['exp'] };
  const client = createClient({ url: server.url, key: 'k', user: 'u1', emergencyMillis: 20 });
  t.after(() => client.close({ timeout: 0 }));
  await client.ready({ timeout: 30000 });
  await eventually(() => client.stats().emergencyVersion === 1);
  let tree;
  await act(() => (tree = create(createElement(AssayProvider, { client }, createElement(Button)))));
  t.after(() => act(() => tree.unmount()));
  server.emergency = { version: 2, killed: [] };
  await act(() => eventually(() => client.stats().emergencyVersion === 2));
  await act(() => client.setUser('u2'));
  await act(() => client.setUser('u2'));
  assert.match(JSON.stringify(tree.toJSON()), /treatment_a/);
  await client.flush();
  assert.deepEqual([...server.counted.values()].map(({ user_id, variant }) => [user_id, variant]), [
    ['u1', 'treatment_a'],
    ['u2', 'treatment_a'],
  ]);
});
