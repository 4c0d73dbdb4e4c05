import { compile } from './evaluate.js';

/** The keys of the experiments that are not the same in both snapshots. */
const changes = (before, after) => {
  const [old, now] = [before, after].map(
    (snapshot) => new Map((snapshot?.experiments || []).map((experiment) => [experiment.key, JSON.stringify(experiment)])),
  );
  return [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key));
};

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
export class Snapshots {
  constructor({ local, session, maxAge, onApplied }) {
    Object.assign(this, { local, session, maxAge, onApplied });
    this.source = 'none';
    this.newest = -1;
    this.counts = { applied: 0, notModified: 0, older: 0, unreadable: 0, failed: 0 };
  }

  /** What earlier pages left. */
  restore() {
    const kept = this.session && this.restored(this.session, !this.plan);
    const stored = this.restored(this.local, !this.plan);
    if (stored && !kept) this.lock(stored);
    this.etag = stored?.etag;
  }

  restored(shelf, use) {
    const record = shelf.read('config');
    try {
      if (!record || !(Math.abs(Date.now() - record.at) < this.maxAge)) return undefined;
      const plan = compile(record.snapshot);
      if (use) this.use(plan, record.snapshot, 'storage');
      this.newest = Math.max(this.newest, plan.version);
      return record;
    } catch {
      this.counts.unreadable++;
      shelf.remove('config');
    }
  }

  /** An answer of the server; its ETag is kept only after the snapshot was understood. Throws for one that is not. */
  offer({ json, etag }) {
    let plan;
    try {
      plan = compile(json);
    } catch (e) {
      this.counts.unreadable++;
      throw e;
    }
    if (plan.version < this.newest) {
      this.counts.older++;
      return;
    }
    const known = this.plan?.version === plan.version;
    const first = !this.plan;
    this.newest = plan.version;
    this.etag = etag;
    const record = { at: Date.now(), etag, snapshot: json };
    this.local.write('config', record);
    if (first) this.lock(record);
    if (first || !(known || this.session)) this.use(plan, json, 'network');
  }

  lock(record) {
    this.session?.write('config', record);
  }

  use(plan, snapshot, source) {
    const changed = changes(this.snapshot, snapshot);
    Object.assign(this, { plan, snapshot, source });
    this.counts.applied++;
    this.onApplied(changed);
  }
}
