import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { anonymousId, createClient, hideUntilReady } from '../index.js';
import { FakeStorage, openPage } from './page.js';
import { eventually, snapshot, startServer } from './server.js';

const user = 'u1';
let local;
let session;

beforeEach(() => {
  local = new FakeStorage();
  session = new FakeStorage();
});

const open = (t, server, options) => {
  const client = createClient({ url: server.url, key: 'k', user, storage: local, session, configMillis: 20, ...options });
  t.after(() => client.close({ timeout: 0 }));
  return client;
};

describe('in a browser', () => {
  test('the key stands in the query and no header asks for a preflight on a first visit', async (t) => {
    openPage(t);
    const server = await startServer(t);
    const client = open(t, server, { configMillis: 1e6, emergencyMillis: 1e6 });
    await client.ready({ timeout: 30000 });
    client.track('signup');
    await client.flush();
    for (const { key, headers } of server.requests) {
      assert.equal(key, 'k');
      assert.deepEqual([headers.authorization, headers['if-none-match']], [undefined, undefined]);
    }
    assert.equal(server.requests.at(-1).headers['content-type'], 'text/plain');
  });

  test('a change changes nothing until the next session', async (t) => {
    openPage(t);
    const server = await startServer(t);
    const first = open(t, server);
    await first.ready({ timeout: 30000 });
    server.config = snapshot(2, 'exp', 'new');
    await eventually(() => first.stats().newestVersion === 2);
    assert.equal(first.getVariant('new'), 'control');
    assert.equal(open(t, server).peekVariant('new'), 'control', 'the next page of this tab');
    session = new FakeStorage();
    const next = open(t, server);
    assert.deepEqual([next.stats().source, next.peekVariant('new')], ['storage', 'treatment_a'], 'the next session, at once');
  });

  test('a kill shows in an open session, stays over a reload, and records nothing', async (t) => {
    openPage(t);
    const server = await startServer(t);
    const client = open(t, server, { emergencyMillis: 20 });
    await client.ready({ timeout: 30000 });
    assert.equal(client.peekVariant('exp'), 'treatment_a');
    server.emergency = { version: 2, killed: ['exp'] };
    await eventually(() => client.peekVariant('exp') === 'control');
    assert.equal(client.getVariant('exp'), 'control');
    assert.equal(client.getAssignment('exp').reason, 'KILLED');
    server.answers['/config/emergency'] = () => {};
    assert.equal(open(t, server).getVariant('exp'), 'control');
    assert.equal(client.stats().events.offered, 0);
  });

  test('an older emergency list is ignored', async (t) => {
    openPage(t);
    const server = await startServer(t);
    server.emergency = { version: 5, killed: ['exp'] };
    const client = open(t, server, { emergencyMillis: 20 });
    await eventually(() => client.stats().emergencyVersion === 5);
    const seen = server.requests.length;
    server.emergency = { version: 4, killed: [] };
    await eventually(() => server.requests.length > seen + 4);
    assert.equal(client.getAssignment('exp').reason, 'KILLED');
  });

  test('nothing is polled while the page is hidden', async (t) => {
    const page = openPage(t);
    const server = await startServer(t);
    const client = open(t, server, { emergencyMillis: 20 });
    await client.ready({ timeout: 30000 });
    await eventually(() => client.stats().config.notModified > 0);
    page.show('hidden');
    let before;
    await eventually(async () => {
      before = server.requests.length;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return server.requests.length === before;
    });
    page.show('visible');
    await eventually(() => server.requests.length > before + 2);
  });

  test('a page that is opened in the background asks at once, and rests then', async (t) => {
    openPage(t, 'hidden');
    const server = await startServer(t);
    const client = open(t, server, { emergencyMillis: 20 });
    assert.equal((await client.ready({ timeout: 30000 })).source, 'network');
    await eventually(() => client.stats().emergencyVersion === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(server.requests.length, 2);
  });

  test('ready waits for the snapshot, whatever becomes of the emergency list', async (t) => {
    openPage(t);
    const server = await startServer(t);
    let failed;
    server.answers['/config/emergency'] = (seen, answer) => answer((failed = 503), {});
    server.answers['/config'] = async (seen, answer) => {
      await eventually(() => failed);
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer(200, server.config, { ETag: '"1"' });
    };
    assert.equal((await open(t, server).ready({ timeout: 30000 })).source, 'network');
  });

  test('a page that was told of no experiment is told so again', async (t) => {
    openPage(t);
    const server = await startServer(t);
    let release;
    server.answers['/config'] = (seen, answer) => (release ??= () => answer(200, server.config, { ETag: '"late"' }));
    const client = open(t, server, { configMillis: 1e6 });
    await client.ready({ timeout: 20 });
    assert.deepEqual({ ...client.getAllAssignments() }, {});
    await eventually(() => release);
    release();
    await eventually(() => client.stats().version === 1);
    assert.deepEqual([{ ...client.getAllAssignments() }, client.getVariant('exp')], [{}, 'control']);
  });

  test('the snapshot of one page is not that of its tab', async (t) => {
    openPage(t);
    const server = await startServer(t);
    await open(t, server).ready({ timeout: 30000 });
    assert.equal(open(t, server, { snapshot: snapshot(7, 'exp') }).stats().version, 7);
    assert.equal(open(t, server).stats().version, 1);
  });

  const storedConfig = () => JSON.parse([...local.items].find(([name]) => name.endsWith(':config'))[1]);

  test('an answer that comes late leaves the newer one in storage alone', async (t) => {
    openPage(t);
    const server = await startServer(t);
    let release;
    server.answers['/config'] = (seen, answer) => (release = () => answer(200, snapshot(3, 'exp'), { ETag: '"3"' }));
    const late = open(t, server, { configMillis: 1e6 });
    await eventually(() => release);
    delete server.answers['/config'];
    server.config = snapshot(4, 'exp');
    const mine = session;
    session = new FakeStorage();
    await open(t, server, { configMillis: 1e6 }).ready({ timeout: 30000 });
    session = mine;
    release();
    await eventually(() => late.stats().version === 3);
    assert.equal(storedConfig().snapshot.version, 4);
  });

  test('a stored snapshot that the server still has does not grow old', async (t) => {
    openPage(t);
    const server = await startServer(t);
    const first = open(t, server);
    await first.ready({ timeout: 30000 });
    await first.close();
    const now = Date.now() + 5 * 86400000;
    t.mock.method(Date, 'now', () => now);
    session = new FakeStorage();
    const next = open(t, server);
    await eventually(() => next.stats().config.notModified > 0);
    assert.equal(storedConfig().at, now);
  });

  test('what was control because ready gave up stays control on this page, and no longer', async (t) => {
    openPage(t);
    const server = await startServer(t);
    let release;
    server.answers['/config'] = (seen, answer) => (release ??= () => answer(200, server.config, { ETag: '"late"' }));
    const client = open(t, server, { configMillis: 1e6 });
    assert.deepEqual(await client.ready({ timeout: 20 }), { source: 'none', version: 0 });
    assert.equal(client.getVariant('exp'), 'control');
    await eventually(() => release);
    release();
    await eventually(() => client.stats().version === 1);
    assert.deepEqual([client.getVariant('exp'), client.getAssignment('exp').reason], ['control', 'NO_SNAPSHOT']);
    assert.equal(open(t, server).peekVariant('exp'), 'treatment_a', 'the next page');
  });

  test('ready does not wait for a server that refuses', async (t) => {
    openPage(t);
    const server = await startServer(t);
    await server.close();
    const begun = performance.now();
    assert.deepEqual(await open(t, server).ready({ timeout: 60000 }), { source: 'none', version: 0 });
    assert.ok(performance.now() - begun < 10000);
  });

  test('an exposure is recorded once per session, not once per page', async (t) => {
    openPage(t);
    const server = await startServer(t);
    const first = open(t, server);
    await first.ready({ timeout: 30000 });
    first.getVariant('exp');
    const second = open(t, server);
    second.getVariant('exp');
    assert.deepEqual([first, second].map((client) => client.stats().events.offered), [1, 0]);
  });
});

describe('storage', () => {
  const works = async (t, server) => {
    const client = open(t, server);
    await client.ready({ timeout: 30000 });
    assert.equal(client.getVariant('exp'), 'treatment_a');
    client.track('signup');
    await client.flush();
    assert.equal(client.stats().events.delivered, 2);
    return client.stats();
  };

  test('that is blocked costs nothing but the memory', async (t) => {
    openPage(t);
    const server = await startServer(t);
    local.trouble = session.trouble = new DOMException('no', 'SecurityError');
    assert.ok((await works(t, server)).config.applied > 0);
  });

  test('that may not even be named costs nothing but the memory', async (t) => {
    openPage(t);
    const server = await startServer(t);
    for (const name of ['localStorage', 'sessionStorage']) {
      const get = () => {
        throw new DOMException('no', 'SecurityError');
      };
      Object.defineProperty(globalThis, name, { get, configurable: true });
      t.after(() => delete globalThis[name]);
    }
    local = session = undefined;
    assert.ok((await works(t, server)).storageErrors > 0);
    assert.equal(anonymousId(), anonymousId());
  });

  test('that is full keeps a session in memory and says so', async (t) => {
    openPage(t);
    const server = await startServer(t);
    local.quota = session.quota = 10;
    assert.ok((await works(t, server)).storageErrors > 0);
  });

  for (const spoilt of ['{"at":', 'null', '[]', '{"at":1}', '"x"', '{"at":0,"snapshot":{"schema":1}}', '{"at":0,"entries":[null,7,["u"]]}']) {
    test(`that holds ${spoilt} is as good as none`, async (t) => {
      openPage(t);
      const server = await startServer(t);
      await works(t, server);
      for (const area of [local, session]) {
        for (const name of area.items.keys()) area.items.set(name, spoilt.replace('"at":0', `"at":${Date.now()}`));
        area.items.set([...local.items.keys()][0].replace(/:[a-z]+$/, ':events:left'), spoilt);
      }
      await works(t, server);
    });
  }

  test('of another server or key is left alone', async (t) => {
    openPage(t);
    const server = await startServer(t);
    const client = open(t, server);
    await client.ready({ timeout: 30000 });
    assert.equal(open(t, server, { key: 'other' }).stats().source, 'none');
  });

  test('that is older than a week is not used, whichever way the clock went', async (t) => {
    openPage(t);
    const server = await startServer(t);
    await open(t, server).ready({ timeout: 30000 });
    for (const days of [8, -8]) {
      t.mock.method(Date, 'now', () => new Date().getTime() + days * 86400000);
      session = new FakeStorage();
      assert.equal(open(t, server, { configMillis: 1e6 }).stats().source, 'none');
      t.mock.restoreAll();
    }
  });

  test('that is not wanted is not used for an id either', async (t) => {
    openPage(t);
    globalThis.localStorage = new FakeStorage();
    t.after(() => delete globalThis.localStorage);
    const server = await startServer(t);
    const client = open(t, server, { user: undefined, storage: null, session: null });
    await client.ready({ timeout: 30000 });
    assert.deepEqual([client.getVariant('exp'), anonymousId(null)], ['treatment_a', anonymousId(null)]);
    assert.equal(globalThis.localStorage.length, 0);
  });

  test('keeps the id of somebody who has none', () => {
    const id = anonymousId(local);
    assert.match(id, /^[!-~]{16,}$/);
    assert.equal(anonymousId(local), id);
  });
});

describe('the page is hidden until ready', () => {
  const element = () => ({ style: { opacity: '0.9' } });

  test('on a first visit, until the snapshot is there', async (t) => {
    openPage(t);
    const server = await startServer(t);
    const hidden = element();
    const done = hideUntilReady(open(t, server), { element: hidden, timeout: 30000 });
    assert.equal(hidden.style.opacity, '0');
    assert.equal((await done).source, 'network');
    assert.equal(hidden.style.opacity, '0.9');
  });

  test('and is not hidden for ever by a second call', async (t) => {
    openPage(t);
    const server = await startServer(t);
    const hidden = element();
    const client = open(t, server);
    const calls = [1, 2].map(() => hideUntilReady(client, { element: hidden, timeout: 30000 }));
    assert.equal(hidden.style.opacity, '0');
    await Promise.all(calls);
    assert.equal(hidden.style.opacity, '0.9');
  });

  test('at most as long as it was told', async (t) => {
    openPage(t);
    const server = await startServer(t);
    server.answers['/config'] = () => {};
    const hidden = element();
    assert.equal((await hideUntilReady(open(t, server), { element: hidden, timeout: 30 })).source, 'none');
    assert.equal(hidden.style.opacity, '0.9');
  });

  test('on a return visit not for a moment', async (t) => {
    openPage(t);
    const server = await startServer(t);
    await open(t, server).ready({ timeout: 30000 });
    session = new FakeStorage();
    const hidden = element();
    const done = hideUntilReady(open(t, server), { element: hidden, timeout: 30000 });
    assert.equal(hidden.style.opacity, '0.9');
    assert.equal((await done).source, 'storage');
  });
});
