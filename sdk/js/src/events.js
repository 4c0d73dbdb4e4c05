import { utf8 } from './hash.js';
import { backoff, later } from './poller.js';
import { randomId } from './user.js';

const CAPACITY = 500;
const BATCH = 100;
const BATCH_BYTES = 60000; // what a closing page may send is 64 KiB
const EVENT_BYTES = 32000;
const INTERVAL = 5000;
const LONGEST_BACKOFF = 60000;
const ABANDONED = 600000;
const SDK = 'js/0.1.0';

/** JSON text as the server takes it: a lone surrogate, which it refuses, becomes the replacement character. */
const encode = (value) =>
  JSON.stringify(value).replace(/\\(ud[89a-f]..|.)/g, (escape, code) => (code.length > 1 ? '\ufffd' : escape));

/**
 * Events on their way: a bounded queue, of which the oldest is dropped; batches; a copy in storage.
 *
 * Every page has a record of its own in storage, so tabs don't overwrite each other. A record is taken over when its page
 * said goodbye, or did not touch it for ten minutes; copied before it is removed, so nothing is lost in between. What two pages
 * then send counts once, because ids and timestamps are made when the event happens.
 *
 * offered + restored = delivered + dropped + rejected + queued
 */
export class Events {
  constructor(post, shelf) {
    this.post = post;
    this.shelf = shelf;
    this.record = 'events:' + randomId();
    this.queue = [];
    this.counts = { offered: 0, restored: 0, delivered: 0, dropped: 0, rejected: 0, retries: 0 };
    this.failures = 0;
    this.anchor();
    if (post) this.adopt();
  }

  /** Event times and the time of sending come from one steady clock, so that a jump of the wall clock moves neither. */
  anchor() {
    this.origin = Date.now() - performance.now();
  }

  now() {
    return Math.round(this.origin + performance.now());
  }

  /** Takes an event; false if it can't be sent. */
  add(user, event) {
    this.counts.offered++;
    if (!this.post || this.closed) {
      this.counts.dropped++;
      return false;
    }
    if (!this.queue.length) this.anchor();
    try {
      this.push(user, { id: randomId(), timestamp: this.now(), ...event });
    } catch {
      this.counts.rejected++;
      return false;
    }
    this.changed();
    if (this.queue.length >= BATCH && !this.resting) this.drain();
    else this.schedule(INTERVAL);
    return true;
  }

  push(user, event) {
    const text = encode(event);
    const bytes = utf8(text).length;
    if (bytes > EVENT_BYTES) throw new Error('event too large');
    this.queue.push({ user, event: JSON.parse(text), bytes: bytes + 3 * user.length + 40 });
    if (this.queue.length > CAPACITY) {
      const oldest = this.queue.findIndex((entry) => !entry.busy);
      this.queue.splice(oldest, 1);
      this.counts.dropped++;
    }
  }

  schedule(millis) {
    this.timer ??= later(() => {
      this.timer = this.resting = undefined;
      this.drain();
    }, millis);
  }

  /** Sends until nothing waits or the server can't take it. Resolves then; never rejects. */
  drain() {
    return (this.draining ??= this.sendAll().finally(() => (this.draining = undefined)));
  }

  async sendAll() {
    clearTimeout(this.timer);
    this.timer = this.resting = undefined;
    for (let batch; (batch = this.take()).length; ) {
      if (!(await this.attempt(batch))) return;
    }
  }

  /** The next batch: the oldest that are not on their way. */
  take() {
    const batch = [];
    let bytes = 0;
    for (const entry of this.queue) {
      if (entry.busy) continue;
      bytes += entry.bytes;
      if (batch.length === BATCH || (batch.length && bytes > BATCH_BYTES)) break;
      batch.push(entry);
    }
    return batch;
  }

  async attempt(batch, leaving) {
    for (const entry of batch) entry.busy = true;
    const wait = await this.deliver(batch, leaving).catch(() => 0);
    for (const entry of batch) entry.busy = false;
    this.changed();
    if (wait === undefined) {
      this.failures = 0;
      return true;
    }
    this.counts.retries++;
    this.resting = true;
    this.schedule(Math.max(wait, backoff(++this.failures, LONGEST_BACKOFF)));
    return false;
  }

  /** Resolves to nothing if the server is done with the batch, else to how long it wants to be left alone. */
  async deliver(batch, leaving) {
    const { status, json, wait } = await this.post('/events', { body: this.body(batch), leaving });
    if (Array.isArray(json?.rejected) || (status < 300 && json?.received >= 0)) {
      return this.settle(batch, json.rejected?.length || 0);
    }
    if (status !== 400 && status !== 413) return wait;
    if (batch.length === 1) return this.settle(batch, 1);
    const half = batch.length >> 1;
    const first = await this.deliver(batch.slice(0, half), leaving);
    return first ?? this.deliver(batch.slice(half), leaving);
  }

  body(batch) {
    const groups = [];
    for (const { user, event } of batch) {
      let last = groups[groups.length - 1];
      if (last?.user_id !== user) groups.push((last = { user_id: user, events: [] }));
      last.events.push(event);
    }
    return JSON.stringify({ ...(groups.length > 1 ? { batch: groups } : groups[0]), sent_at: this.now(), sdk: SDK });
  }

  /** What was dropped while it was on its way counts as dropped. */
  settle(batch, rejected) {
    const done = new Set(batch);
    const before = this.queue.length;
    this.queue = this.queue.filter((entry) => !done.has(entry));
    const gone = before - this.queue.length;
    this.counts.rejected += Math.min(rejected, gone);
    this.counts.delivered += Math.max(gone - rejected, 0);
  }

  /** The page may be gone in a moment: everything is sent at once, and stays in storage until it is acknowledged. */
  leave(forGood) {
    this.save(forGood);
    for (let batch; (batch = this.take()).length; ) this.attempt(batch, true);
  }

  /** Many events in one go are written once. */
  changed() {
    this.saving ??= Promise.resolve().then(() => this.save());
  }

  save(forGood) {
    this.saving = undefined;
    if (!this.queue.length) {
      if (this.saved) this.shelf.remove(this.record);
      this.saved = false;
      return;
    }
    this.saved = true;
    const entries = this.queue.map(({ user, event }) => [user, event]);
    this.shelf.write(this.record, { at: forGood ? 0 : Date.now(), entries });
  }

  adopt() {
    const locks = globalThis.navigator?.locks;
    if (locks) locks.request('assay', () => this.takeOver()).catch(() => this.takeOver());
    else this.takeOver();
  }

  /** Takes over what other pages left. */
  takeOver() {
    for (const name of this.shelf.names('events:')) {
      const left = this.shelf.read(name);
      const inUse = left && Math.abs(Date.now() - left.at) < ABANDONED;
      if (name === this.record || inUse) continue;
      if (Array.isArray(left?.entries)) left.entries.forEach((entry) => this.restore(entry));
      this.save();
      this.shelf.remove(name);
    }
    if (this.queue.length) this.schedule(0);
  }

  restore(entry) {
    try {
      const [user, event] = entry;
      if (typeof user !== 'string' || !event.id || this.queue.some((known) => known.event.id === event.id)) return;
      this.push(user, { ...event, timestamp: Math.min(event.timestamp, this.now()) });
      this.counts.restored++;
    } catch {
      // not an entry
    }
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.timer = 0; // nothing is scheduled any more
  }
}
