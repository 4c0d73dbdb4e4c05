import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
import { AssayWebProvider, exposureHook } from '../web.js';
import { record, snapshot, startAssay, until } from './assay.js';

const since = new Date(Date.UTC(2026, 0));

const start = async (t, options) => {
  const assay = await startAssay(t);
  await assay.client.ready({ timeout: 60000 });
  const domain = randomUUID();
  await OpenFeature.setContext(domain, { targetingKey: 'u1' });
  await OpenFeature.setProviderAndWait(domain, new AssayWebProvider(assay.client, options));
  return { ...assay, domain, flags: OpenFeature.getClient(domain) };
};

test('the page gets the values of its context, at once', async (t) => {
  const { flags, delivered } = await start(t);
  const { value, variant, reason, flagMetadata } = flags.getStringDetails('plain', 'mine');
  assert.deepEqual([value, variant, reason], ['treatment_a', 'treatment_a', 'SPLIT']);
  assert.deepEqual(flagMetadata, { inExperiment: true, version: 7, experimentId: 'id-of-plain' });
  assert.deepEqual(flags.getObjectValue('configured', {}), { color: 'green', size: 3 });
  flags.track('purchase', { value: 5 });
  const events = (await delivered()).map(({ user, experiment, name }) => [user, experiment ?? name]);
  assert.deepEqual(events, [['u1', 'plain'], ['u1', 'configured'], ['u1', 'purchase']]);
});

test('another context has other answers, after it was reconciled', async (t) => {
  const { flags, domain, client, delivered } = await start(t);
  const seen = record(flags, ProviderEvents);
  assert.equal(flags.getStringDetails('targeted', 'mine').reason, 'DEFAULT');
  const change = OpenFeature.setContext(domain, { targetingKey: 'u2', platform: 'web', since });
  assert.equal(flags.providerStatus, 'RECONCILING');
  await change;
  assert.equal(flags.getStringDetails('targeted', 'mine').reason, 'SPLIT');
  assert.equal(client.peekVariant('targeted'), 'treatment_a');
  await until(seen, 'PROVIDER_CONTEXT_CHANGED');
  assert.deepEqual(
    seen.map(({ kind }) => kind).filter((kind) => kind !== 'PROVIDER_READY'),
    ['PROVIDER_RECONCILING', 'PROVIDER_CONTEXT_CHANGED'],
  );
  assert.deepEqual((await delivered()).map(({ user, experiment }) => [user, experiment]), [['u2', 'targeted']]);
});

test('errors have their codes and the value of the caller', async (t) => {
  const { flags, domain } = await start(t);
  const code = ({ errorCode, value }) => [errorCode, value];
  assert.deepEqual(code(flags.getStringDetails('typo', 'mine')), ['FLAG_NOT_FOUND', 'mine']);
  assert.deepEqual(code(flags.getBooleanDetails('plain', true)), ['TYPE_MISMATCH', true]);
  assert.deepEqual(code(flags.getNumberDetails('plain', 5)), ['TYPE_MISMATCH', 5]);
  await OpenFeature.setContext(domain, { platform: 'web' });
  assert.deepEqual(code(flags.getStringDetails('plain', 'mine')), ['TARGETING_KEY_MISSING', 'mine']);
});

test('snapshots that come, servers that go and come back are told', async (t) => {
  const { flags, server, setAway } = await start(t, { staleAfter: 100 });
  const seen = record(flags, ProviderEvents);
  server.config = snapshot(8, { plain: {}, young: {} });
  await until(seen, 'PROVIDER_CONFIGURATION_CHANGED');
  assert.ok(seen.find(({ kind }) => kind === 'PROVIDER_CONFIGURATION_CHANGED').flagsChanged.includes('young'));
  setAway(true);
  await until(seen, 'PROVIDER_STALE');
  assert.equal(flags.getStringValue('plain', 'mine'), 'treatment_a');
  setAway(false);
  await until(seen, 'PROVIDER_READY', 2);
});

test('the hook works in pages too', async (t) => {
  const { client, delivered } = await startAssay(t);
  const domain = randomUUID();
  const resolution = { value: 'b', variant: 'b', reason: 'CACHED', flagMetadata: { inExperiment: true } };
  await OpenFeature.setContext(domain, { targetingKey: 'u9' });
  await OpenFeature.setProviderAndWait(domain, { metadata: { name: 'stock' }, resolveStringEvaluation: () => resolution });
  OpenFeature.getClient(domain).addHooks(exposureHook(client)).getStringValue('exp', 'mine');
  const [{ user, experiment, variant }] = await delivered();
  assert.deepEqual([user, experiment, variant], ['u9', 'exp', 'b']);
});
