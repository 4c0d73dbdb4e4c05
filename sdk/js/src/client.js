import { evaluate } from './evaluate.js';
import { createEvents } from './events.js';
import { hash, prepare, utf8 } from './hash.js';
import { createHttp } from './http.js';
import { backoff, poll } from './poller.js';
import { createSnapshots } from './snapshots.js';
import { attempted, openShelf } from './storage.js';
import { anonymousId, prepareUser } from './user.js';

const EVENT_NAME = /^[\w.:$-]{1,128}$/;
const MAX_VALUE = 1e9;
const MAX_SEEN = 10000;
const WEEK = 604800000;

/** A client of one server. Never throws, whatever it is given, and neither does any of its calls. */
export function createClient(options) {
  try {
    return build({ ...options });
  } catch {
    return build({});
  }
}

function build(options) {
  const { url, key, storage, session: given, configMillis = 30000, emergencyMillis = 3000, maxAgeMillis = WEEK } = options;
  const inPage = !!globalThis.document;
  const isOnline = typeof url === 'string';
  const isHidden = () => globalThis.document?.visibilityState === 'hidden';
  const listeners = new Set();
  const held = new Set();
  const stop = new AbortController();
  const trouble = { failures: 0, storageErrors: 0, unknownExperiments: 0 };
  let overrides = new Map();
  let killed = new Set();
  let generation = 0;
  let current, gaveUp, lastError;

  const note = (kind) => (e) => {
    trouble[kind]++;
    lastError = String(e);
  };

  const attempt = (action) => attempted(action, note('failures'));
  /** Names in storage carry a hash of server and key: what one installation stored means nothing to another. */
  const prefix = `assay:${hash(0, prepare(utf8(url + ' ' + key)))}:`;
  const shelf = (area) => openShelf(area, prefix, note('storageErrors'));
  const isWeb = inPage && isOnline;
  const local = shelf(() => (storage === undefined && isWeb ? localStorage : storage));
  const session = given || (isWeb && given !== null) ? shelf(() => given || sessionStorage) : undefined;
  const seen = attempt(() => new Map(session?.read('seen'))) || new Map();

  const state = () => ({ source: snapshots.source, version: snapshots.plan?.version ?? 0 });

  /** Answers may be others from now on. */
  const changed = (experiments) => {
    generation++;
    for (const listener of listeners) attempt(() => listener({ ...state(), experiments }));
  };

  let settle;
  const settled = new Promise((resolve) => (settle = resolve));

  const snapshots = createSnapshots(local, session, maxAgeMillis, (experiments) => {
    changed(experiments);
    settle();
  });

  const keys = () => snapshots.plan?.byKey.keys() || [];
  const find = (experiment) => snapshots.plan?.byKey.get(experiment);

  /**
   * Why, and the variant if the user is in the experiment. What a page was told after it gave
   * up waiting for a snapshot it is told again: nothing changes before its eyes.
   */
  const decide = (user, experiment) => {
    const { plan } = snapshots;
    const known = find(experiment);
    const forced = overrides.get(experiment);
    const variant = known ? known.named.get(forced) : forced && { key: forced };
    if (variant && !variant.dropped && !killed.has(experiment)) return ['OVERRIDE', variant];
    if (!plan && gaveUp) held.add(experiment);
    if (!plan || gaveUp > 1 || held.has(experiment)) return ['NO_SNAPSHOT'];
    return known ? evaluate(plan, known, user, killed) : ['UNKNOWN_EXPERIMENT'];
  };

  const assign = (user, experiment) => {
    if (!user) return ['INVALID_USER'];
    if (user.generation !== generation) Object.assign(user, { generation, answers: new Map() });
    let found = user.answers.get(experiment);
    if (!found) {
      found = decide(user, experiment);
      if (found[0] === 'UNKNOWN_EXPERIMENT') trouble.unknownExperiments++;
      else user.answers.set(experiment, found);
    }
    return found;
  };

  const look = (user, experiment) => attempt(() => assign(user, experiment)) || ['FAILED'];

  /** The calls about one user, who is prepared, or null if that could not be. */
  const calls = {
    getAssignment(user, experiment) {
      const [reason, variant] = look(user, experiment);
      const config = (variant || find(experiment)?.control)?.config || {};
      return { experiment, variant: variant?.key ?? 'control', config, reason, isIn: !!variant };
    },

    getAllAssignments(user) {
      const all = { __proto__: null };
      if (!snapshots.plan && gaveUp) gaveUp = 2; // told that there are none
      for (const key of keys()) {
        const [, variant] = look(user, key);
        if (variant) all[key] = variant.key;
      }
      return all;
    },

    peekVariant: (user, experiment) => look(user, experiment)[1]?.key ?? 'control',

    getVariant(user, experiment) {
      calls.logExposure(user, experiment);
      return calls.peekVariant(user, experiment);
    },

    /** Records that the user saw their variant, or one that a server chose, once; overrides are not measured. */
    logExposure: (user, experiment, _ = 0, chosen) =>
      attempt(() => {
        const [reason, found] = chosen ? [0, user && { key: chosen }] : look(user, experiment);
        const variant = found?.key;
        const key = found && experiment + '\n' + user.id;
        if (!found || reason === 'OVERRIDE' || seen.get(key) === variant) return;
        seen.set(key, variant);
        if (seen.size > MAX_SEEN) seen.delete(seen.keys().next().value);
        events.add(user.id, { type: 'exposure', experiment, variant });
        session?.write('seen', [...seen]);
      }),

    track: (user, name, value, details) =>
      events.add(
        user?.id,
        attempt(() => {
          const rounded = value == null ? undefined : Math.round(value * 1e6) / 1e6;
          if (!EVENT_NAME.test(name) || !(Math.abs(rounded ?? 0) <= MAX_VALUE)) throw Error('event: ' + name);
          return { ...details, user: undefined, name, value: rounded };
        }),
      ),
  };

  const bind = (target, userOf) => {
    for (const name in calls) target[name] = (...given) => calls[name](userOf(calls[name], given), ...given);
    return target;
  };

  const prepared = (user) => attempt(() => prepareUser(user));

  const setUser = (user) => {
    current = prepared(user);
    changed([...keys()]);
  };

  const setOverrides = (given) => {
    const next = new Map(attempt(() => Object.entries(given || {})));
    const affected = [...overrides.keys(), ...next.keys()];
    overrides = next;
    changed(affected);
  };

  /** Takes a list of killed experiments, unless it is none or an older one. */
  const emergency = {
    version: 0,
    offer({ json, etag }) {
      if (!json?.killed?.map || !(json.version >= emergency.version)) return;
      const next = new Set(json.killed);
      const affected = [...killed, ...next].filter((key) => killed.has(key) !== next.has(key));
      killed = next;
      Object.assign(emergency, { etag, version: json.version });
      if (etag) local.write('emergency', json);
      if (affected[0]) changed(affected);
    },
  };

  const http = isOnline && createHttp(options, inPage);
  if (options.user !== undefined || inPage) setUser(options.user ?? anonymousId(storage));
  setOverrides(options.overrides);
  if (options.snapshot) attempt(() => snapshots.offer({ json: options.snapshot }, 'fixed'));
  const events = createEvents(http, local);

  /** Asks for a document on and on. Whether the snapshot comes, and how that goes, has nothing to do with the emergency list. */
  const keep = (path, document, millis) => {
    let misses = 0;
    return poll(
      async () => {
        const usual = millis * (0.9 + Math.random() * 0.2);
        let outcome = 'failed';
        try {
          const found = await http(path, document);
          if (![200, 304].includes(found.status)) throw found;
          outcome = 'unreadable';
          document.offer(found);
          misses = 0;
          return usual;
        } catch (e) {
          lastError = path + ': ' + (e.status || e);
          if (document === snapshots) {
            snapshots.counts[outcome]++;
            if (session) settle();
          }
          return Math.max(e.wait || 0, snapshots.plan ? usual : backoff(misses++));
        }
      },
      () => stop.signal.aborted || isHidden(),
    );
  };

  if (isOnline) {
    emergency.offer({ json: local.read('emergency') });
    snapshots.restore();
    const wakeConfig = keep('/config', snapshots, configMillis);
    const wakeEmergency = keep('/config/emergency', emergency, emergencyMillis);
    if (inPage) {
      const on = (target, type, action) => target.addEventListener(type, action, stop); // its signal
      on(document, 'visibilitychange', () => (isHidden() ? events.leave() : wakeConfig(wakeEmergency())));
      on(window, 'pagehide', () => events.leave(true));
      on(window, 'pageshow', events.stay);
      on(window, 'online', events.drain);
    }
  }

  const within = (millis, promise) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, millis);
      promise.then(() => resolve(clearTimeout(timer)));
    });

  const client = {
    async ready(how) {
      if (!snapshots.plan && isOnline) await within(how?.timeout ?? 2000, settled);
      if (!snapshots.plan && session) {
        gaveUp ||= 1;
        generation++;
      }
      return state();
    },
    setUser,
    setOverrides,
    getExperiment: find,
    onConfigChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    forUser(user) {
      const own = prepared(user);
      return bind({}, () => own);
    },
    stats: () => ({
      ...state(),
      newestVersion: snapshots.newest,
      emergencyVersion: emergency.version,
      events: events.counts(),
      config: { ...snapshots.counts },
      ...trouble,
      lastError,
    }),
    flush: () => events.drain().then(events.counts),
    async close(how) {
      stop.abort();
      settle();
      events.close();
      await within(how?.timeout ?? 2000, events.drain());
      return events.counts();
    },
  };

  /** Here the user comes last, and may be left out. */
  return bind(client, (call, given) => {
    const user = call === calls.track ? given[2]?.user : given[call.length - 1];
    return user === undefined ? current : prepared(user);
  });
}
