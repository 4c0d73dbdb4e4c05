import { compile } from './evaluate.js';

const DAY = 86400000;

/**
 * The snapshot in use and the newest one known.
 *
 * in a session (a browser)  | in use                    | stored for the next session
 * nothing stored            | none                      |
 * version 3 comes           | 3, in sessionStorage      | 3
 * version 4 comes           | 3                         | 4
 * reload, another page      | 3, from sessionStorage    | 4
 * version 2 comes           | 3                         | 4 (lower versions are refused)
 * next session              | 4, at once                | 4
 *
 * Without a session (Node) what comes is in use at once.
 */
export function createSnapshots(local, session, maxAge, onApplied) {
  const counts = { applied: 0, notModified: 0, older: 0, unreadable: 0, failed: 0 };
  const self = { counts, source: 'none', newest: 0, restore, offer };

  /** Uses a snapshot, unless there is one that has to stay. */
  const take = (plan, source) => {
    self.newest = Math.max(self.newest, plan.version);
    if (self.plan && (session || plan.version <= self.plan.version)) return;
    const before = self.plan?.byKey || [];
    Object.assign(self, { plan, source });
    counts.applied++;
    onApplied([...new Map([...before, ...plan.byKey]).keys()]);
  };

  const isYoung = (record, age) => Math.abs(Date.now() - record?.at) < age;

  const stored = (shelf) => {
    const record = shelf.read('config');
    try {
      if (!isYoung(record, maxAge)) return undefined;
      const plan = compile(record.snapshot);
      take(plan, 'storage');
      return record;
    } catch {
      return undefined; // spoilt, or not there
    }
  };

  /** Takes what earlier pages left. */
  function restore() {
    const kept = session && stored(session);
    const record = stored(local);
    if (record?.snapshot.version === self.newest) self.etag = record.etag;
    if (record && !kept) session?.write('config', record);
  }

  /** An answer of the server; its ETag is kept only after the snapshot was understood. Throws for one that is not. */
  function offer({ status, json, etag }, source = 'network') {
    const last = local.read('config');
    const at = Date.now();
    if (status === 304) {
      counts.notModified++;
      if (last?.etag === self.etag && !isYoung(last, DAY)) local.write('config', { ...last, at });
      return;
    }
    const plan = compile(json);
    if (plan.version < self.newest) {
      counts.older++;
      return;
    }
    self.etag = etag;
    const record = { at, etag, snapshot: json };
    if (etag && !(isYoung(last, maxAge) && last.snapshot?.version > plan.version)) local.write('config', record);
    if (etag && !self.plan) session?.write('config', record);
    take(plan, source);
  }

  return self;
}
