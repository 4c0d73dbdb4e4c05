import { once } from 'node:events';
import { createServer } from 'node:http';

/** A snapshot of one experiment per key, everybody in and everybody in treatment_a. */
export const snapshot = (version, ...keys) => ({
  schema: 1,
  version,
  experiments: keys.sort().map((key, i) => ({
    id: 'e' + i,
    key,
    salt: (0x10000000 + i).toString(16),
    layer: { salt: (0x20000000 + i).toString(16) },
    variants: [
      { key: 'control', allocation: 0 },
      { key: 'treatment_a', allocation: 100, config: { color: 'green' } },
    ],
  })),
});

/** A server as the SDK sees it, which a test can make say anything: {@code answers} holds handlers by path. */
export async function startServer(t) {
  const state = {
    config: snapshot(1, 'exp'),
    emergency: { version: 1, killed: [] },
    requests: [],
    bodies: [],
    counted: new Map(),
    answers: {},
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://local');
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    const seen = { method: request.method, path: pathname, key: searchParams.get('key'), headers: request.headers, text };
    state.requests.push(seen);
    const answer = (status, json, headers = {}) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      response.end(typeof json === 'string' ? json : json && JSON.stringify(json));
    };
    const handler = state.answers[pathname] ?? usual[pathname];
    await handler(seen, answer, response);
  });
  const document = (json, { headers }, answer) => {
    const etag = `"${JSON.stringify(json).length}-${json.version}"`;
    if (headers['if-none-match'] === etag) return answer(304, undefined, { ETag: etag });
    return answer(200, json, { ETag: etag });
  };
  const usual = {
    '/config': (seen, answer) => document(state.config, seen, answer),
    '/config/emergency': (seen, answer) => document(state.emergency, seen, answer),
    '/events': (seen, answer) => {
      const body = JSON.parse(seen.text);
      const events = (body.batch ?? [body]).flatMap(({ user_id, events }) => events.map((e) => ({ ...e, user_id })));
      state.bodies.push(body);
      for (const event of events) state.counted.set(event.id, event);
      answer(201, { received: events.length });
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const close = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  t.after(close);
  return Object.assign(state, { url: `http://127.0.0.1:${port}`, usual, close });
}

/** Waits until a condition holds. */
export async function eventually(condition, what = condition) {
  const deadline = Date.now() + 30000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('did not come about: ' + what);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The counts of events add up. */
export const sum = ({ delivered, dropped, rejected, queued }) => delivered + dropped + rejected + queued;
