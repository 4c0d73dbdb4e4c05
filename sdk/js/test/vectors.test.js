import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createClient } from '../index.js';
import { compile, evaluate } from '../src/evaluate.js';
import { afterSalt, bucket, hash, prepare } from '../src/hash.js';
import { compileRule } from '../src/targeting.js';
import { prepareUser } from '../src/user.js';

const vectors = (file) => JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url)));

test('hashes are those of the reference', () => {
  const { cases } = vectors('murmur3.json');
  assert.ok(cases.length > 20);
  for (const { hex, seed, unsigned } of cases) {
    assert.equal(hash(seed | 0, prepare(Buffer.from(hex, 'hex'))), unsigned, hex);
  }
});

test('buckets are those of the reference', () => {
  const { cases } = vectors('bucket.json');
  assert.equal(cases.length, 400);
  for (const one of cases) {
    assert.equal(bucket(afterSalt(one.salt), prepareUser(one.user_id)), one.bucket, JSON.stringify(one));
  }
});

test('rules hold where the reference says so', () => {
  const { cases } = vectors('targeting.json');
  assert.ok(cases.length > 300);
  for (const one of cases) {
    const { attributes } = prepareUser({ id: 'u', attributes: one.attributes });
    assert.equal(compileRule(one.rule)(attributes), one.holds, JSON.stringify(one));
  }
});

test('users get the variants of the reference', () => {
  for (const { snapshot, cases } of vectors('snapshots.json').snapshots) {
    const plan = compile(snapshot);
    assert.ok(cases.length > 100);
    for (const one of cases) {
      const user = prepareUser({ id: one.user_id, attributes: one.attributes });
      const killed = new Set(one.killed);
      const assigned = {};
      for (const experiment of plan.byKey.values()) {
        const [, variant] = evaluate(plan, experiment, user, killed);
        if (variant) assigned[experiment.key] = variant.key;
      }
      assert.deepEqual(assigned, one.assignments, JSON.stringify(one));
    }
  }
});

test('the client answers as the reference, call by call and all at once', () => {
  for (const { snapshot, cases } of vectors('snapshots.json').snapshots) {
    const client = createClient({ snapshot });
    for (const one of cases.filter(({ killed }) => killed.length === 0)) {
      const user = { id: one.user_id, attributes: one.attributes };
      assert.deepEqual({ ...client.getAllAssignments(user) }, one.assignments, JSON.stringify(one));
      for (const { key } of snapshot.experiments) {
        assert.equal(client.peekVariant(key, user), one.assignments[key] ?? 'control');
      }
    }
    assert.equal(client.stats().failures, 0);
  }
});
