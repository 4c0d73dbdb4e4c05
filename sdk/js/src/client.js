import { evaluate } from './evaluate.js';
import { Events } from './events.js';
import { afterSalt } from './hash.js';
import { createHttp } from './http.js';
import { backoff, Poller } from './poller.js';
import { Snapshots } from './snapshots.js';
import { open } from './storage.js';
import { anonymousId, prepareUser } from './user.js';

const NO_CONFIG = Object.freeze({});
const EVENT_NAME = /^[A-Za-z0-9_.:$-]{1,128}$/;
const MAX_VALUE = 1e9;
const MAX_SEEN = 10000;
const DEFAULTS = { configMillis: 30000, maxAgeMillis: 7 * 86400000 };

/** All that a client is; {@link createClient} puts the guard in front of it. */
class Client {
  constructor(options) {
    Object.assign(this, { failures: 0, unknown: 0, storageErrors: 0, emergencyVersion: -1, generation: 0 });
    this.inPage = typeof document === 'object';
    this.killed = new Set();
    this.overrides = new Map();
    this.listeners = new Set();
    this.awaiting = new Set();
    this.held = new Set();
    this.start({ ...DEFAULTS, ...options });
  }

  start(options) {
    const { url, key, user, snapshot, overrides } = options;
    this.online = typeof url === 'string';
    this.shelves(options);
    this.seen = new Map(this.session ? this.attempt(() => new Map(this.session.read('seen'))) : []);
    this.snapshots = new Snapshots({
      local: this.local,
      session: this.session,
      maxAge: options.maxAgeMillis,
      onApplied: (changed) => this.applied(changed),
    });
    const http = this.online && createHttp({ ...options, key, inPage: this.inPage });
    this.http = http;
    if (user !== undefined || this.inPage) this.setUser(user ?? anonymousId(options.storage));
    this.setOverrides(overrides);
    this.attempt(() => snapshot && this.snapshots.offer({ json: snapshot }));
    if (snapshot) this.snapshots.source = this.snapshots.plan ? 'fixed' : 'none';
    this.events = new Events(http, this.local);
    if (http) this.begin(options);
  }

  /** Names in storage carry a hash of server and key: what one installation stored means nothing to another. */
  shelves({ url, key, storage, session }) {
    const prefix = `assay:${(afterSalt(encodeURIComponent(url + ' ' + key) + '   ') >>> 0).toString(16)}:`;
    const onError = (e) => {
      this.storageErrors++;
      this.lastError = String(e);
    };
    const web = this.inPage && this.online;
    this.local = open(() => (storage === undefined && web ? localStorage : storage), prefix, onError);
    this.session = session || (web && session === undefined)
      ? open(() => session || sessionStorage, prefix, onError)
      : undefined;
  }

  begin(options) {
    this.emergency(this.local.read('emergency'));
    this.snapshots.restore();
    const hidden = () => this.inPage && document.visibilityState === 'hidden';
    const emergencyMillis = options.emergencyMillis ?? (this.inPage ? 3000 : 5000);
    this.pollers = [
      new Poller(() => this.loadConfig(), options.configMillis, hidden),
      new Poller(() => this.loadEmergency(), emergencyMillis, hidden),
    ];
    if (this.inPage) this.watchPage(hidden);
  }

  watchPage(hidden) {
    const on = (target, type, action) => {
      target.addEventListener(type, action);
      (this.unwatch ??= []).push(() => target.removeEventListener(type, action));
    };
    on(document, 'visibilitychange', () => {
      if (hidden()) this.events.leave();
      else this.pollers.forEach((poller) => poller.wake());
    });
    on(window, 'pagehide', () => this.events.leave(true));
    on(window, 'online', () => this.events.drain());
  }

  async loadConfig() {
    const { snapshots } = this;
    try {
      const answer = await this.http('/config', { etag: snapshots.etag });
      if (answer.status === 304) snapshots.counts.notModified++;
      else if (answer.status === 200) snapshots.offer(answer);
      else throw Object.assign(new Error('config: ' + answer.status), answer);
      this.misses = 0;
    } catch (e) {
      this.lastError = String(e);
      snapshots.counts.failed++;
      if (this.session) this.settle();
      const soon = backoff((this.misses = (this.misses || 0) + 1), 30000);
      return snapshots.plan || e.wait ? e.wait : -soon;
    }
  }

  async loadEmergency() {
    const { status, json, etag, wait } = await this.http('/config/emergency', { etag: this.emergencyTag });
    if (status === 200 && this.emergency(json)) {
      this.emergencyTag = etag;
      this.local.write('emergency', json);
    }
    return wait;
  }

  /** Takes a list of killed experiments; false for one that is none or older. */
  emergency(list) {
    if (!Number.isSafeInteger(list?.version) || !Array.isArray(list.killed)) return false;
    if (list.version < this.emergencyVersion) return false;
    this.emergencyVersion = list.version;
    const killed = new Set(list.killed);
    const changed = [...killed].filter((key) => !this.killed.has(key));
    changed.push(...[...this.killed].filter((key) => !killed.has(key)));
    this.killed = killed;
    if (changed.length) this.changed(changed);
    return true;
  }

  applied(changed) {
    this.changed(changed);
    this.settle();
  }

  /** Answers may be others from now on. */
  changed(experiments) {
    this.generation++;
    const { version, source } = this.state();
    for (const listener of [...this.listeners]) this.attempt(() => listener({ version, source, experiments }));
  }

  attempt(action) {
    try {
      return action();
    } catch (e) {
      this.failures++;
      this.lastError = String(e);
    }
  }

  state() {
    return { source: this.snapshots.source, version: this.snapshots.plan?.version ?? 0 };
  }

  settle() {
    this.awaiting.forEach((resolve) => resolve());
  }

  async ready({ timeout = 2000 } = {}) {
    if (!this.snapshots.plan && this.online && !this.closed) {
      let timer;
      await new Promise((resolve) => {
        this.awaiting.add(resolve);
        timer = setTimeout(resolve, timeout);
      });
      clearTimeout(timer);
      this.awaiting.clear();
    }
    if (!this.snapshots.plan && this.session) {
      this.gaveUp = true;
      this.generation++;
    }
    return this.state();
  }

  user(given) {
    return given === undefined ? this.current : given?.blocks ? given : prepareUser(given);
  }

  getAssignment(experiment, given) {
    const user = this.user(given);
    if (!user) return this.answer(experiment, 'INVALID_USER');
    if (user.generation !== this.generation) {
      user.generation = this.generation;
      user.answers = new Map();
    }
    let answer = user.answers.get(experiment);
    if (!answer) {
      answer = this.decide(experiment, user);
      if (answer.reason === 'UNKNOWN_EXPERIMENT') this.unknown++;
      else user.answers.set(experiment, answer);
    }
    return answer;
  }

  /** What a page was told after it gave up waiting for a snapshot it is told again: nothing changes before its eyes. */
  decide(experiment, user) {
    const { plan } = this.snapshots;
    const known = plan?.byKey.get(experiment);
    const forced = this.overrides.get(experiment);
    const variant = known ? known.named.get(forced) : forced && { key: forced };
    if (this.killed.has(experiment)) return this.answer(experiment, 'KILLED', known);
    if (variant && !variant.dropped) return this.answer(experiment, 'OVERRIDE', known, variant);
    if (!plan && this.gaveUp) this.held.add(experiment);
    if (!plan || this.held.has(experiment)) return this.answer(experiment, 'NO_SNAPSHOT', known);
    if (!known) return this.answer(experiment, 'UNKNOWN_EXPERIMENT');
    const [reason, found] = evaluate(plan, known, user, this.killed);
    return this.answer(experiment, reason, known, found);
  }

  answer(experiment, reason, known, variant) {
    const config = (variant ?? known?.control)?.config ?? NO_CONFIG;
    return Object.freeze({ experiment, variant: variant?.key ?? 'control', config, reason, isIn: !!variant });
  }

  getAllAssignments(given) {
    const user = this.user(given);
    const all = Object.create(null);
    for (const key of this.snapshots.plan?.byKey.keys() ?? []) {
      const { isIn, variant } = this.getAssignment(key, user);
      if (isIn) all[key] = variant;
    }
    return all;
  }

  peekVariant(experiment, user) {
    return this.getAssignment(experiment, user).variant;
  }

  getVariant(experiment, given) {
    const user = this.user(given);
    this.attempt(() => this.logExposure(experiment, user));
    return this.peekVariant(experiment, user);
  }

  /** Records that the user saw their variant, once; overrides are not measured. */
  logExposure(experiment, given) {
    const user = this.user(given);
    const { isIn, reason, variant } = this.getAssignment(experiment, user);
    if (!isIn || reason === 'OVERRIDE') return;
    const key = experiment + '\n' + user.id;
    if (this.seen.get(key) === variant) return;
    this.seen.delete(key);
    this.seen.set(key, variant);
    if (this.seen.size > MAX_SEEN) this.seen.delete(this.seen.keys().next().value);
    this.events.add(user.id, { type: 'exposure', experiment, variant });
    this.session?.write('seen', [...this.seen]);
  }

  track(name, value, details) {
    const { user: given, properties, id, timestamp } = details || {};
    const user = this.user(given);
    const valid = value == null || (typeof value === 'number' && Math.abs(value) <= MAX_VALUE);
    if (!user || !EVENT_NAME.test(name) || !valid) {
      this.events.counts.offered++;
      this.events.counts.rejected++;
      return false;
    }
    const event = { name, properties };
    if (value != null) event.value = Math.round(value * 1e6) / 1e6;
    if (id !== undefined) event.id = id;
    if (timestamp !== undefined) event.timestamp = timestamp;
    return this.events.add(user.id, event);
  }

  setUser(user) {
    this.current = prepareUser(user);
    if (this.snapshots.plan) this.changed([...this.snapshots.plan.byKey.keys()]);
  }

  setOverrides(overrides) {
    const before = this.overrides;
    this.overrides = new Map(Object.entries(overrides || {}));
    const keys = new Set([...before.keys(), ...this.overrides.keys()]);
    if (keys.size) this.changed([...keys]);
  }

  onConfigChange(listener) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  stats() {
    const { snapshots, events } = this;
    return {
      ...this.state(),
      newestVersion: Math.max(snapshots.newest, 0),
      emergencyVersion: Math.max(this.emergencyVersion, 0),
      events: { ...events.counts, queued: events.queue.length },
      config: { ...snapshots.counts, storageErrors: this.storageErrors },
      unknownExperiments: this.unknown,
      failures: this.failures,
      lastError: this.lastError,
    };
  }

  async flush() {
    await this.events.drain();
    return this.stats().events;
  }

  async close({ timeout = 2000 } = {}) {
    this.closed = true;
    this.pollers?.forEach((poller) => poller.close());
    this.unwatch?.forEach((remove) => remove());
    this.settle();
    let timer;
    await Promise.race([this.events.drain(), new Promise((resolve) => (timer = setTimeout(resolve, timeout)))]);
    clearTimeout(timer);
    this.events.close();
    return this.stats().events;
  }
}

const control = (experiment) => Object.freeze({ experiment, variant: 'control', config: NO_CONFIG, reason: 'FAILED', isIn: false });
const nothing = () => undefined;

/** What each call answers if anything goes wrong. */
const CALLS = {
  getVariant: () => 'control',
  peekVariant: () => 'control',
  getAssignment: control,
  getAllAssignments: () => Object.create(null),
  logExposure: nothing,
  track: () => false,
  setUser: nothing,
  setOverrides: nothing,
  onConfigChange: () => nothing,
};

/** A client of one server. Never throws, whatever it is given, and neither does any of its calls. */
export function createClient(options) {
  let client;
  try {
    client = new Client(options || {});
  } catch (e) {
    client = new Client({});
    client.lastError = String(e);
  }
  const calls = {};
  for (const name of Object.keys(CALLS)) {
    calls[name] = (...given) => client.attempt(() => client[name](...given)) ?? CALLS[name](...given);
  }
  for (const name of ['ready', 'flush', 'close']) {
    calls[name] = (given) => client[name](given || {});
  }
  calls.stats = () => client.stats();
  calls.forUser = (given) => client.attempt(() => bound(calls, prepareUser(given))) ?? bound(calls, null);
  return Object.freeze(calls);
}

/** The calls of one user, evaluated once per snapshot. */
const bound = (calls, user) => ({
  getVariant: (experiment) => calls.getVariant(experiment, user),
  getAssignment: (experiment) => calls.getAssignment(experiment, user),
  getAllAssignments: () => calls.getAllAssignments(user),
  peekVariant: (experiment) => calls.peekVariant(experiment, user),
  logExposure: (experiment) => calls.logExposure(experiment, user),
  track: (name, value, details) => calls.track(name, value, { ...details, user }),
});
