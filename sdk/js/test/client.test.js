import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../index.js';
import { FakeStorage } from './page.js';
import { eventually, snapshot, startServer, sum } from './server.js';

test('a client on a server answers from the snapshot and sends what happened', async (t) => {
  const server = await startServer(t);
  const client = createClient({ url: server.url, key: 'secret' });
  assert.deepEqual(await client.ready({ timeout: 30000 }), { source: 'network', version: 1 });
  assert.equal(client.getVariant('exp', 'u1'), 'treatment_a');
  assert.equal(client.getVariant('exp', 'u1'), 'treatment_a');
  assert.equal(client.track('purchase', 49.99, { user: 'u1', properties: { sku: 7 } }), true);
  const events = await client.flush();
  assert.deepEqual([events.offered, events.delivered, sum(events)], [2, 2, 2]);
  const [{ user_id, events: [exposure, goal], sent_at, sdk }] = server.bodies;
  assert.deepEqual([user_id, sdk, typeof sent_at], ['u1', 'js/0.1.0', 'number']);
  assert.deepEqual([exposure.type, exposure.experiment, exposure.variant], ['exposure', 'exp', 'treatment_a']);
  assert.deepEqual([goal.name, goal.value, goal.properties], ['purchase', 49.99, { sku: 7 }]);
  assert.ok(server.requests.every(({ headers, key }) => headers.authorization === 'Bearer secret' && key === null));
  await client.close();
});

test('on a server a new snapshot is in use at once, and unchanged ones cost a 304', async (t) => {
  const server = await startServer(t);
  const client = createClient({ url: server.url, key: 'k', configMillis: 20 });
  t.after(() => client.close());
  const changes = [];
  client.onConfigChange((change) => changes.push(change));
  await client.ready({ timeout: 30000 });
  await eventually(() => client.stats().config.notModified > 2);
  server.config = snapshot(2, 'exp', 'other');
  await eventually(() => client.getVariant('other', 'u1') === 'treatment_a');
  assert.deepEqual(changes.at(-1), { source: 'network', version: 2, experiments: ['exp', 'other'] });
});

test('a variant that the server chose is an exposure too, once, with a snapshot or without', async (t) => {
  const server = await startServer(t);
  server.answers['/config'] = (seen, answer) => answer(503, {});
  const client = createClient({ url: server.url, key: 'k' });
  t.after(() => client.close());
  client.logExposure('exp', 'u1', 'treatment_b');
  client.logExposure('exp', 'u1', 'treatment_b');
  client.logExposure('exp', '', 'treatment_b');
  client.logExposure('exp', 'u2');
  const events = await client.flush();
  assert.deepEqual([events.offered, events.delivered], [1, 1]);
  const [{ user_id, events: [exposure] }] = server.bodies;
  assert.deepEqual([user_id, exposure.experiment, exposure.variant], ['u1', 'exp', 'treatment_b']);
});

test('an exposure of what is no experiment throws nothing', () => {
  const client = createClient({ snapshot: snapshot(1, 'exp') });
  assert.equal(client.logExposure(Symbol('x'), 'u1', 'treatment_a'), undefined);
  assert.equal(client.stats().failures, 1);
});

test('a good emergency list says nothing of the snapshot', async (t) => {
  const server = await startServer(t);
  const times = [];
  server.answers['/config'] = (seen, answer) => (times.push(performance.now()), answer(404, {}));
  t.mock.method(Math, 'random', () => 0.5);
  const client = createClient({ url: server.url, key: 'k', emergencyMillis: 20 });
  t.after(() => client.close());
  await eventually(() => times.length === 3);
  assert.ok(times[2] - times[1] >= 990, 'the second pause is longer than the first');
  await eventually(() => client.stats().config.failed === 3);
  assert.equal(client.stats().config.notModified, 0);
});

test('of a snapshot to begin with and a stored one the newer is used', async (t) => {
  const server = await startServer(t);
  server.config = snapshot(3, 'exp');
  const options = { url: server.url, key: 'k', storage: new FakeStorage(), configMillis: 20 };
  const first = createClient(options);
  await first.ready({ timeout: 30000 });
  await first.close();
  const versionOf = (client) => (t.after(() => client.close()), [client.stats().source, client.stats().version]);
  assert.deepEqual(versionOf(createClient({ ...options, snapshot: snapshot(1, 'exp') })), ['storage', 3]);
  const newer = createClient({ ...options, snapshot: snapshot(4, 'exp') });
  assert.deepEqual(versionOf(newer), ['fixed', 4]);
  await eventually(() => newer.stats().config.older > 0);
  assert.equal(newer.stats().config.notModified, 0, 'the tag is that of a version that is not in use');
});

test('an experiment of the snapshot can be looked up', () => {
  const client = createClient({ snapshot: snapshot(1, 'exp') });
  const { id, variants } = client.getExperiment('exp');
  assert.deepEqual([id, variants[1].key, variants[1].config], ['e0', 'treatment_a', { color: 'green' }]);
  assert.equal(client.getExperiment('typo'), undefined);
});
