import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createClient } from '../index.js';
import { FakeStorage, openPage } from './page.js';
import { eventually, startServer, sum } from './server.js';

let local;

beforeEach(() => {
  local = new FakeStorage();
});

const open = (t, server, options) => {
  const client = createClient({ url: server.url, key: 'k', user: 'u1', storage: local, configMillis: 1e6, ...options });
  t.after(() => client.close({ timeout: 0 }));
  return client;
};

const addsUp = (client) => {
  const { events } = client.stats();
  assert.equal(events.offered + events.restored, sum(events), JSON.stringify(events));
};

const track = (client, from, to) => {
  for (let i = from; i < to; i++) client.track('e' + i);
};

const names = (server) => [...server.counted.values()].map(({ name }) => name).sort();
const numbered = (from, to) => Array.from({ length: to - from }, (_, i) => 'e' + (from + i)).sort();

test('a full batch is sent at once, in batches of 100', async (t) => {
  const server = await startServer(t);
  const client = open(t, server);
  track(client, 0, 250);
  await client.flush();
  assert.deepEqual(server.bodies.map(({ events }) => events.length), [100, 100, 50]);
  assert.deepEqual(names(server), numbered(0, 250));
  addsUp(client);
});

test('of more than 500 the oldest are dropped, and counted', async (t) => {
  const server = await startServer(t);
  await server.close();
  const client = open(t, server);
  track(client, 0, 50);
  await client.flush();
  track(client, 50, 700);
  const { events } = client.stats();
  assert.deepEqual([events.offered, events.queued, events.dropped], [700, 500, 200]);
  addsUp(client);
});

test('what could not be sent is sent again with the same ids and times, and counts once', async (t) => {
  const server = await startServer(t);
  const texts = [];
  server.answers['/events'] = (seen, answer) => {
    texts.push(seen.text);
    server.usual['/events'](seen, texts.length > 2 ? answer : () => answer(texts.length > 1 ? 201 : 503, 'garbage'));
  };
  const client = open(t, server);
  track(client, 0, 3);
  for (let i = 0; i < 3; i++) await client.flush();
  const events = texts.map((text) => JSON.stringify(JSON.parse(text).events));
  assert.equal(events.length, 3);
  assert.equal(new Set(events).size, 1);
  assert.equal(server.counted.size, 3);
  assert.deepEqual([client.stats().events.delivered, client.stats().events.retries], [3, 2]);
});

test('Retry-After is kept', async (t) => {
  const server = await startServer(t);
  const times = [];
  server.answers['/events'] = (seen, answer) => {
    times.push(performance.now());
    if (times.length === 1) answer(429, {}, { 'Retry-After': '1' });
    else server.usual['/events'](seen, answer);
  };
  const client = open(t, server);
  track(client, 0, 100);
  await eventually(() => server.counted.size === 100);
  assert.ok(times[1] - times[0] >= 990, String(times[1] - times[0]));
});

test('what is too much at once is halved, and one that spoils all is left out alone', async (t) => {
  const server = await startServer(t);
  server.answers['/events'] = (seen, answer) => {
    const { events } = JSON.parse(seen.text);
    if (events.length > 30) answer(413, {});
    else if (events.some(({ name }) => name === 'e7')) answer(400, { title: 'malformed' });
    else server.usual['/events'](seen, answer);
  };
  const client = open(t, server);
  track(client, 0, 90);
  const events = await client.flush();
  assert.deepEqual([events.delivered, events.rejected, events.queued], [89, 1, 0]);
  assert.equal(server.counted.size, 89);
});

test('what the server rejects is counted and not sent again', async (t) => {
  const server = await startServer(t);
  const rejected = [{ index: 1, code: 'too_old', message: '' }];
  server.answers['/events'] = (seen, answer) => answer(201, { received: 2, rejected });
  const client = open(t, server);
  track(client, 0, 3);
  const events = await client.flush();
  assert.deepEqual([events.delivered, events.rejected, events.queued], [2, 1, 0]);
});

test('no request is larger than a closing page may send', async (t) => {
  const server = await startServer(t);
  const client = open(t, server);
  for (let i = 0; i < 20; i++) client.track('big', 1, { properties: { text: 'ü'.repeat(5000) } });
  await client.flush();
  assert.equal(server.counted.size, 20);
  for (const { path, text } of server.requests) assert.ok(Buffer.byteLength(text) < 65536, path);
});

test('what cannot be an event is refused and counted, and nothing is thrown', async (t) => {
  const server = await startServer(t);
  const client = open(t, server);
  const circular = {};
  circular.self = circular;
  const wrong = [
    ['no spaces'], [Symbol('x')], ['x', NaN], ['x', Infinity], ['x', 2e9], ['x', 1n], ['x', {}],
    ['x', 1, { user: '' }], ['x', 1, { user: 7 }], ['x', 1, { user: '\ud800' }], ['x', 1, { properties: circular }],
    ['x', 1, { properties: { text: 'x'.repeat(40000) } }],
  ];
  for (const given of wrong) assert.equal(client.track(...given), false);
  assert.deepEqual([client.stats().events.rejected, client.stats().events.queued], [wrong.length, 0]);
  addsUp(client);
});

test('values have at most six decimals, and a cut emoji does no harm', async (t) => {
  const server = await startServer(t);
  const client = open(t, server);
  client.track('a', 0.1 + 0.2, { properties: { cut: 'x\ud83d', whole: '\u{1f600}', escaped: '\\ud800' } });
  client.track('a', 1e9);
  client.track('a', 1.0000004, { id: 'mine', timestamp: 7 });
  await client.flush();
  const [{ events }] = server.bodies;
  assert.deepEqual(events.map(({ value }) => value), [0.3, 1e9, 1]);
  assert.deepEqual(events[0].properties, { cut: 'x\ufffd', whole: '\u{1f600}', escaped: '\\ud800' });
  assert.deepEqual([events[2].id, events[2].timestamp], ['mine', 7]);
});

test('events of several users go together', async (t) => {
  const server = await startServer(t);
  const client = open(t, server);
  client.track('a', 1, { user: 'u2' });
  client.forUser({ id: '__proto__' }).track('b');
  client.track('c');
  await client.flush();
  const [{ batch }] = server.bodies;
  assert.deepEqual(batch.map(({ user_id, events }) => [user_id, events[0].name]), [['u2', 'a'], ['__proto__', 'b'], ['u1', 'c']]);
});

test('a jump of the clock moves neither event times nor the time of sending', async (t) => {
  const server = await startServer(t);
  const client = open(t, server);
  const real = Date.now();
  client.track('before');
  t.mock.method(Date, 'now', () => real + 365 * 86400000);
  client.track('after');
  await client.flush();
  const [{ events, sent_at }] = server.bodies;
  for (const time of [sent_at, ...events.map(({ timestamp }) => timestamp)]) assert.ok(Math.abs(time - real) < 60000);
});

test('events of a page that is closed at once are sent, and what is not acknowledged waits for the next page', async (t) => {
  const page = openPage(t);
  const server = await startServer(t);
  server.answers['/events'] = (seen) => server.usual['/events'](seen, () => {});
  const first = open(t, server);
  first.track('goodbye');
  page.leave();
  await eventually(() => server.counted.size === 1);
  delete server.answers['/events'];
  const next = open(t, server);
  await eventually(() => next.stats().events.delivered === 1);
  assert.equal(server.counted.size, 1, 'the same id');
  assert.equal(server.bodies.length, 2);
  await eventually(() => ![...local.items.keys()].some((name) => name.includes('events')));
  addsUp(next);
});

test('a hidden page sends at once', async (t) => {
  const page = openPage(t);
  const server = await startServer(t);
  const client = open(t, server);
  client.track('seen');
  page.show('hidden');
  await eventually(() => client.stats().events.delivered === 1);
  assert.ok(![...local.items.keys()].some((name) => name.includes('events')));
});

test('a page that comes back out of the cache said no goodbye', async (t) => {
  const page = openPage(t);
  const server = await startServer(t);
  const client = open(t, server, { fetch: () => Promise.reject(new TypeError('Failed to fetch')) });
  client.track('here');
  const isOffered = () => [...local.items].some(([name, text]) => name.includes('events') && JSON.parse(text).at === 0);
  page.leave();
  assert.ok(isOffered());
  page.comeBack();
  assert.ok(!isOffered());
});

test('a server that wants to be left alone is, until the page goes', async (t) => {
  const page = openPage(t);
  const server = await startServer(t);
  let asked = 0;
  server.answers['/events'] = (seen, answer) => answer(429, {}, { 'Retry-After': String(60 * ++asked) });
  const client = open(t, server);
  client.track('one');
  await client.flush();
  client.track('two');
  await client.flush();
  page.window.dispatchEvent(new Event('online'));
  page.show('hidden');
  track(client, 0, 100);
  await client.flush();
  assert.deepEqual([asked, client.stats().events.queued], [1, 102]);
  page.leave();
  await eventually(() => asked === 3);
});

test('a pause that the server asked for is not cut short by events that happen meanwhile', async (t) => {
  const server = await startServer(t);
  let answerLater;
  server.answers['/events'] = (seen, answer) => (answerLater = () => answer(429, {}, { 'Retry-After': '60' }));
  const timers = new Map();
  const [set, clear] = [globalThis.setTimeout, globalThis.clearTimeout];
  t.mock.method(globalThis, 'setTimeout', (action, millis) => {
    const timer = set(action, millis);
    if (millis === 5000 || millis >= 60000) timers.set(timer, millis);
    return timer;
  });
  t.mock.method(globalThis, 'clearTimeout', (timer) => (timers.delete(timer), clear(timer)));
  const client = open(t, server, { emergencyMillis: 50000, configMillis: 50000 });
  client.track('one');
  const flushed = client.flush();
  await eventually(() => answerLater);
  client.track('two');
  answerLater();
  await flushed;
  assert.deepEqual([...timers.values()], [60000], 'the one of the server, not the usual one');
});

test('a timer that runs out while a request is under way is not the last one', async (t) => {
  const server = await startServer(t);
  let answerLater;
  server.answers['/events'] = (seen, answer) => {
    answerLater = () => server.usual['/events'](seen, answer);
    if (seen.text.includes('two')) answerLater();
  };
  const due = [];
  const set = globalThis.setTimeout;
  t.mock.method(globalThis, 'setTimeout', (action, millis) => (millis === 5000 ? { unref: () => due.push(action) } : set(action, millis)));
  const client = open(t, server, { emergencyMillis: 50000, configMillis: 50000 });
  client.track('one');
  const flushed = client.flush();
  await eventually(() => answerLater);
  client.track('two');
  due.at(-1)();
  answerLater();
  await flushed;
  const before = due.length;
  client.track('three');
  assert.equal(due.length, before + 1, 'what comes then has one, too');
});

test('a queue of 500 outlives a reload while the endpoint is blocked', async (t) => {
  const page = openPage(t);
  const server = await startServer(t);
  const blocked = () => Promise.reject(new TypeError('Failed to fetch'));
  const first = open(t, server, { fetch: blocked });
  track(first, 0, 500);
  page.leave();
  const second = open(t, server);
  await eventually(() => second.stats().events.delivered === 500);
  assert.deepEqual(names(server), numbered(0, 500));
  addsUp(first);
  addsUp(second);
});

test('two tabs neither lose nor double events', async (t) => {
  openPage(t);
  const server = await startServer(t);
  let up = false;
  const fetch = (...given) => (up ? globalThis.fetch(...given) : Promise.reject(new TypeError('Failed to fetch')));
  const tabs = [open(t, server, { fetch }), open(t, server, { fetch })];
  track(tabs[0], 0, 60);
  track(tabs[1], 60, 120);
  await Promise.all(tabs.map((tab) => tab.flush()));
  up = true;
  await Promise.all([...tabs, open(t, server)].map((tab) => tab.flush()));
  assert.deepEqual(server.bodies.flatMap(({ events }) => events.map(({ name }) => name)).sort(), numbered(0, 120));
  tabs.forEach(addsUp);
});

test('a tab that died without a word is found out', async (t) => {
  openPage(t);
  const server = await startServer(t);
  const dead = open(t, server, { fetch: () => Promise.reject(new TypeError('Failed to fetch')) });
  dead.track('last');
  await dead.flush();
  const heir = open(t, server);
  await heir.flush();
  assert.equal(server.counted.size, 0, 'it may still live');
  const now = Date.now();
  t.mock.method(Date, 'now', () => now + 3600000);
  const later = open(t, server);
  await eventually(() => later.stats().events.delivered === 1);
});

test('what is no list in storage is left out', async (t) => {
  openPage(t);
  const server = await startServer(t);
  open(t, server).track('one');
  await eventually(() => [...local.items.keys()].some((name) => name.includes('events')));
  const [name] = [...local.items.keys()].filter((key) => key.includes('events'));
  local.items.set(name.replace(/events:.*/, 'events:left'), '{"at":0,"entries":{"map":1}}');
  const rejections = [];
  const listen = (e) => rejections.push(e);
  process.on('unhandledRejection', listen);
  t.after(() => process.off('unhandledRejection', listen));
  open(t, server);
  await eventually(() => ![...local.items.keys()].some((key) => key.endsWith('events:left')));
  assert.deepEqual(rejections, []);
});

test('close ends no timer of somebody else, and none begins after it', async (t) => {
  const server = await startServer(t);
  server.answers['/events'] = (seen, answer) => answer(503, {});
  const client = open(t, server);
  t.mock.method(Math, 'random', () => 0.625);
  client.track('one');
  await client.close({ timeout: 30000 });
  const cleared = t.mock.method(globalThis, 'clearTimeout');
  const begun = t.mock.method(globalThis, 'setTimeout');
  await client.flush();
  assert.ok(cleared.mock.calls.every(({ arguments: [timer] }) => typeof timer !== 'number'));
  assert.ok(begun.mock.calls.every(({ arguments: [, millis] }) => ![1250, 2500].includes(millis)), 'nothing is sent again');
});

test('after close nothing is sent or taken, and what was not sent stays in storage', async (t) => {
  const server = await startServer(t);
  const client = open(t, server);
  await client.ready({ timeout: 30000 });
  client.track('before');
  const events = await client.close({ timeout: 30000 });
  assert.equal(events.delivered, 1);
  assert.equal(client.track('after'), false);
  assert.equal(client.getVariant('exp'), 'treatment_a');
  addsUp(client);
});
