import { utf8 } from './hash.js';
import { backoff, later } from './poller.js';
import { randomId } from './user.js';

const CAPACITY = 500;
const BATCH = 100;
const BATCH_BYTES = 60000; // what a closing page may send is 64 KiB
const EVENT_BYTES = 32000;
const INTERVAL = 5000;
const ABANDONED = 600000;
const SDK = 'js/0.1.0';

/** JSON text as the server takes it: a lone surrogate, which it refuses, becomes the replacement character. */
const encode = (value) =>
  JSON.stringify(value).replace(/\\(ud[89a-f]..|.)/g, (escape, code) => (code[1] ? '\ufffd' : escape));

/** Consecutive events of one user together. */
const grouped = (entries) => {
  const groups = [];
  let last;
  for (const { user, event } of entries) {
    if (last?.user_id !== user) groups.push((last = { user_id: user, events: [] }));
    last.events.push(event);
  }
  return groups[1] ? { batch: groups } : last;
};

/*
 * Every page has a record of its own in storage, so tabs don't overwrite each other. A record is taken over when its page
 * said goodbye, or did not touch it for ten minutes; it is copied before it is removed, so nothing is lost in between. What
 * two pages then send counts once, because ids and timestamps are made when the event happens.
 *
 * Event times and the time of sending come from one steady clock, so that a jump of the wall clock moves neither.
 */

/** Events on their way: a bounded queue, of which the oldest is dropped; batches; a copy in storage. */
export function createEvents(post, shelf) {
  const record = 'events:' + randomId();
  const counts = { offered: 0, restored: 0, delivered: 0, dropped: 0, rejected: 0, retries: 0 };
  let queue = [];
  let failures = 0;
  let origin, timer, resting, draining, saving, closed, isGone;

  const now = () => {
    if (!queue[0]) origin = Date.now() - performance.now();
    return Math.round(origin + performance.now());
  };

  const push = (user, event, made) => {
    const text = encode(event);
    const bytes = utf8(text).length;
    if (bytes > EVENT_BYTES) throw Error();
    queue.push({ user, event: { ...made, ...JSON.parse(text) }, bytes: bytes + 3 * user.length + 150 });
    if (queue.length > CAPACITY) {
      queue.splice(queue.findIndex((entry) => !entry.busy), 1);
      counts.dropped++;
    }
  };

  /** Keeps in storage what is not acknowledged; at 0 says that nobody comes back for it. */
  const save = () => {
    saving = 0;
    if (queue[0]) shelf.write(record, { at: isGone ? 0 : Date.now(), entries: queue.map(({ user, event }) => [user, event]) });
    else shelf.remove(record);
  };

  /** Many events in one go are written once. */
  const changed = () => (saving ||= Promise.resolve().then(save));

  const unschedule = () => (timer = clearTimeout(timer));

  const schedule = (millis) => {
    const due = () => {
      resting = unschedule();
      drain();
    };
    if (!closed) timer ||= later(due, millis);
  };

  /** The next batch: the oldest that are not on their way. */
  const take = () => {
    const batch = [];
    let bytes = 0;
    for (const entry of queue) {
      if (entry.busy) continue;
      bytes += entry.bytes;
      if (batch.length === BATCH || (batch[0] && bytes > BATCH_BYTES)) break;
      batch.push(entry);
    }
    return batch;
  };

  const settle = (batch, rejected) => {
    queue = queue.filter((entry) => !batch.includes(entry));
    counts.rejected += rejected;
    counts.delivered += batch.length - rejected;
  };

  /** Resolves to nothing if the server is done with the batch, else to how long it wants to be left alone. */
  const deliver = async (batch) => {
    const body = JSON.stringify({ ...grouped(batch), sent_at: now(), sdk: SDK });
    const { status, json, wait } = await post('/events', { body });
    const rejected = json?.rejected?.length;
    if (rejected <= batch.length || (status < 300 && json?.received >= 0)) return settle(batch, rejected || 0);
    if (status !== 400 && status !== 413) return wait;
    if (!batch[1]) return settle(batch, 1);
    const half = batch.length >> 1;
    return (await deliver(batch.slice(0, half))) ?? deliver(batch.slice(half));
  };

  const send = async (batch) => {
    for (const entry of batch) entry.busy = true;
    const wait = await deliver(batch).catch(() => 0);
    for (const entry of batch) entry.busy = false;
    changed();
    if (wait === undefined) {
      failures = 0;
      return true;
    }
    counts.retries++;
    resting = wait;
    unschedule();
    schedule(Math.max(wait, backoff(++failures)));
  };

  const sendAll = async () => {
    unschedule();
    for (let batch; (batch = take())[0]; ) if (!(await send(batch))) break;
  };

  /**
   * Sends until nothing waits or the server can't take it. Resolves then; never rejects. A server that said how long it wants
   * to be left alone is.
   */
  const drain = async () => (resting && !closed) || (draining ||= sendAll().finally(() => (draining = 0)));

  /** Takes over what other pages left. */
  const takeOver = () => {
    for (const name of shelf.names('events:') || []) {
      const left = shelf.read(name);
      if (name === record || Math.abs(Date.now() - left?.at) < ABANDONED) continue;
      for (const entry of [].concat(left?.entries)) {
        try {
          const [user, event] = entry;
          push(user, { ...event, timestamp: Math.min(event.timestamp, now()) });
          counts.restored++;
        } catch {
          // not an entry
        }
      }
      save();
      shelf.remove(name);
    }
    if (queue[0]) schedule(0);
  };

  const begin = async () => {
    try {
      await navigator.locks.request('assay', takeOver);
    } catch {
      takeOver();
    }
  };
  if (post) begin();

  return {
    counts: () => ({ ...counts, queued: queue.length }),
    drain,
    /** Takes an event; false if it can't be sent. */
    add(user, event) {
      counts.offered++;
      if (!post || closed) {
        counts.dropped++;
        return false;
      }
      try {
        push(user, event, { id: randomId(), timestamp: now() });
      } catch {
        counts.rejected++;
        return false;
      }
      changed();
      if (queue.length >= BATCH && !failures) drain();
      else schedule(INTERVAL);
      return true;
    },
    /**
     * The page may be gone in a moment: everything is sent at once, and stays in storage until it is acknowledged. A goodbye
     * stays one: browsers say that the page is hidden after they said that it goes.
     */
    leave(isLast) {
      isGone ||= isLast;
      save();
      for (let batch; (isGone || !resting) && (batch = take())[0]; ) send(batch);
    },
    /** The page is here again: a goodbye was none. */
    stay() {
      isGone = false;
      save();
    },
    close() {
      closed = 1;
      unschedule();
    },
  };
}
