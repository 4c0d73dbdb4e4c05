import { createClient } from '../../../js/index.js';
import { eventually, startServer } from '../../../js/test/server.js';

const salt = (i) => (0x30000000 + i).toString(16);

/** A snapshot of experiments by key, each with what makes it special; everybody is in and gets treatment_a. */
export const snapshot = (version, experiments) => ({
  schema: 1,
  version,
  experiments: Object.entries(experiments).map(([key, { config, ...more }], i) => ({
    id: 'id-of-' + key,
    key,
    salt: salt(2 * i),
    layer: { salt: salt(2 * i + 1) },
    variants: [
      { key: 'control', allocation: 0 },
      { key: 'treatment_a', allocation: 100, ...(config && { config }) },
    ],
    ...more,
  })),
});

export const EXPERIMENTS = {
  configured: { config: { color: 'green', size: 3 } },
  overridden: { overrides: { u1: 'control' } },
  plain: {},
  targeted: {
    targeting: { platforms: ['web'], rules: [{ attribute: 'since', op: 'in', values: ['2026-01-01T00:00:00.000Z'] }] },
  },
};

/** A small server and a client of it, which polls without delay. */
export async function startAssay(t, options) {
  const server = await startServer(t);
  server.config = snapshot(7, EXPERIMENTS);
  const client = createClient({ url: server.url, key: 'k', configMillis: 20, emergencyMillis: 20, ...options });
  t.after(() => client.close({ timeout: 0 }));
  const delivered = async () => {
    await client.flush();
    return server.bodies.flatMap(({ user_id, events, batch }) =>
      (batch ?? [{ user_id, events }]).flatMap((part) => part.events.map((event) => ({ user: part.user_id, ...event }))),
    );
  };
  /** Nothing answers any more, or everything does again. */
  const setAway = (isAway) => {
    const away = isAway ? (seen, answer) => answer(503, {}) : undefined;
    server.answers = isAway ? { '/config': away, '/config/emergency': away } : {};
  };
  return { server, client, delivered, setAway };
}

/** The events of a client of OpenFeature, in order. */
export function record(flags, kinds) {
  const seen = [];
  for (const kind of Object.values(kinds)) flags.addHandler(kind, (details) => seen.push({ kind, ...details }));
  return seen;
}

export const until = (seen, kind, times = 1) =>
  eventually(() => seen.filter((event) => event.kind === kind).length >= times, `${kind} ${times}`);
