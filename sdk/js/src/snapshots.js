import { compile } from './evaluate.js';

/**
 * The snapshot in use and the newest one known.
 *
 * in a session (a browser)  | in use                    | stored for the next session
 * nothing stored            | none                      |
 * version 3 comes           | 3, locked in the session  | 3
 * version 4 comes           | 3                         | 4
 * reload, another page      | 3, from the session       | 4
 * version 2 comes           | 3                         | 4 (lower versions are refused)
 * next session              | 4, at once                | 4
 *
 * Without a session (Node) what comes is in use at once.
 */
export function createSnapshots(local, session, maxAge, onApplied) {
  const counts = { applied: 0, notModified: 0, older: 0, unreadable: 0, failed: 0 };
  const self = { counts, source: 'none', newest: 0, restore, offer };

  const use = (plan, source) => {
    const before = self.plan?.byKey || [];
    Object.assign(self, { plan, source });
    counts.applied++;
    onApplied([...new Map([...before, ...plan.byKey]).keys()]);
  };

  const stored = (shelf) => {
    const record = shelf.read('config');
    try {
      if (!(Math.abs(Date.now() - record.at) < maxAge)) return undefined;
      const plan = compile(record.snapshot);
      if (!self.plan) use(plan, 'storage');
      self.newest = Math.max(self.newest, plan.version);
      return record;
    } catch {
      return undefined; // spoilt, or not there
    }
  };

  /** Takes what earlier pages left. */
  function restore() {
    const kept = session && stored(session);
    const record = stored(local);
    self.etag = record?.etag;
    if (record && !kept) session?.write('config', record);
  }

  /** An answer of the server; its ETag is kept only after the snapshot was understood. Throws for one that is not. */
  function offer({ json, etag }, source = 'network') {
    const plan = compile(json);
    const inUse = self.plan;
    if (plan.version < self.newest) {
      counts.older++;
      return;
    }
    self.newest = plan.version;
    self.etag = etag;
    const record = { at: Date.now(), etag, snapshot: json };
    if (etag) local.write('config', record);
    if (!inUse) session?.write('config', record);
    if (!inUse || !(session || inUse.version === plan.version)) use(plan, source);
  }

  return self;
}
