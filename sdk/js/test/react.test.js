import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { createClient } from '../index.js';
import { AssayProvider, useAssay, useVariant } from '../react.js';
import { snapshot } from './server.js';

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
