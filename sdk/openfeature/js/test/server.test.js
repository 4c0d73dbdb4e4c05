import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { OpenFeature, ServerProviderEvents } from '@openfeature/server-sdk';
import { AssayServerProvider, exposureHook } from '../server.js';
import { record, snapshot, startAssay, until } from './assay.js';
import { eventually } from '../../../js/test/server.js';

const user = { targetingKey: 'u1' };

const start = async (t, options) => {
  const assay = await startAssay(t);
  await assay.client.ready({ timeout: 60000 });
  const domain = randomUUID();
  await OpenFeature.setProviderAndWait(domain, new AssayServerProvider(assay.client, options));
  return { ...assay, domain, flags: OpenFeature.getClient(domain) };
};

test('a value is the key of the variant if no variant has a config, and an exposure once', async (t) => {
  const { flags, delivered } = await start(t);
  const details = await flags.getStringDetails('plain', 'mine', user);
  assert.deepEqual(details, {
    flagKey: 'plain',
    value: 'treatment_a',
    variant: 'treatment_a',
    reason: 'SPLIT',
    flagMetadata: { inExperiment: true, version: 7, experimentId: 'id-of-plain' },
  });
  await flags.getStringValue('plain', 'mine', user);
  const [{ user: id, type, experiment, variant }, ...more] = await delivered();
  assert.deepEqual([id, type, experiment, variant, more], ['u1', 'exposure', 'plain', 'treatment_a', []]);
});

test('a value is the config of the variant if any variant has one', async (t) => {
  const { flags } = await start(t);
  assert.deepEqual(await flags.getObjectValue('configured', {}, user), { color: 'green', size: 3 });
});

test('overrides and users who are not in an experiment are not measured', async (t) => {
  const { flags, delivered } = await start(t);
  const overridden = await flags.getStringDetails('overridden', 'mine', user);
  assert.deepEqual([overridden.value, overridden.reason], ['control', 'TARGETING_MATCH']);
  const out = await flags.getStringDetails('targeted', 'mine', user);
  assert.deepEqual([out.value, out.reason, out.flagMetadata.inExperiment], ['control', 'DEFAULT', false]);
  assert.deepEqual(await delivered(), []);
  const since = new Date(Date.UTC(2026, 0));
  assert.equal(await flags.getStringValue('targeted', 'mine', { ...user, platform: 'web', since }), 'treatment_a');
});

test('every error has its code, the value of the caller, and is no exposure', async (t) => {
  const { flags, server, client, delivered } = await start(t);
  server.emergency = { version: 2, killed: ['overridden'] };
  await eventually(() => client.stats().emergencyVersion === 2);
  const cases = [
    [await flags.getStringDetails('typo', 'mine', user), 'mine', 'FLAG_NOT_FOUND'],
    [await flags.getStringDetails('overridden', 'mine', user), 'mine', 'FLAG_NOT_FOUND'],
    [await flags.getBooleanDetails('plain', true, user), true, 'TYPE_MISMATCH'],
    [await flags.getNumberDetails('configured', 5, user), 5, 'TYPE_MISMATCH'],
    [await flags.getStringDetails('configured', 'mine', user), 'mine', 'TYPE_MISMATCH'],
    [await flags.getStringDetails('plain', 'mine'), 'mine', 'TARGETING_KEY_MISSING'],
    [await flags.getStringDetails('plain', 'mine', { targetingKey: 'a\nb' }), 'mine', 'INVALID_CONTEXT'],
  ];
  for (const [details, value, code] of cases) {
    assert.deepEqual([details.errorCode, details.value, details.reason], [code, value, 'ERROR']);
  }
  assert.deepEqual(await delivered(), []);
});

test('tracking is a goal with its value and properties', async (t) => {
  const { flags, delivered } = await start(t);
  flags.track('signup', user);
  flags.track('purchase', user, { value: 49.99, sku: 's7' });
  const goals = (await delivered()).map(({ user: id, name, value, properties }) => ({ id, name, value, properties }));
  assert.deepEqual(goals, [
    { id: 'u1', name: 'signup', value: undefined, properties: undefined },
    { id: 'u1', name: 'purchase', value: 49.99, properties: { sku: 's7' } },
  ]);
});

test('a new snapshot names the flags that may have changed', async (t) => {
  const { flags, server } = await start(t);
  const seen = record(flags, ServerProviderEvents);
  server.config = snapshot(8, { plain: {}, young: {} });
  await until(seen, 'PROVIDER_CONFIGURATION_CHANGED');
  const { flagsChanged } = seen.find(({ kind }) => kind === 'PROVIDER_CONFIGURATION_CHANGED');
  assert.ok(flagsChanged.includes('young') && flagsChanged.includes('targeted'), String(flagsChanged));
});

test('while the server is away the provider is stale and goes on answering', async (t) => {
  const { flags, setAway } = await start(t, { staleAfter: 100 });
  const seen = record(flags, ServerProviderEvents);
  await until(seen, 'PROVIDER_READY');
  setAway(true);
  await until(seen, 'PROVIDER_STALE');
  await eventually(() => flags.providerStatus === 'STALE');
  assert.equal(await flags.getStringValue('plain', 'mine', user), 'treatment_a');
  setAway(false);
  await until(seen, 'PROVIDER_READY', 2);
  await eventually(() => flags.providerStatus === 'READY');
});

test('without a snapshot the provider is in error, and ready when one comes', async (t) => {
  const { client, setAway } = await startAssay(t);
  setAway(true);
  const domain = randomUUID();
  const flags = OpenFeature.getClient(domain);
  const seen = record(flags, ServerProviderEvents);
  const provider = new AssayServerProvider(client, { readyTimeout: 50, staleAfter: 100 });
  await assert.rejects(OpenFeature.setProviderAndWait(domain, provider), { code: 'PROVIDER_NOT_READY' });
  const { errorCode, value } = await flags.getStringDetails('plain', 'mine', user);
  assert.deepEqual([errorCode, value], ['PROVIDER_NOT_READY', 'mine']);
  setAway(false);
  await until(seen, 'PROVIDER_READY');
  assert.equal(await flags.getStringValue('plain', 'mine', user), 'treatment_a');
});

test('a provider that is replaced sends what waits and leaves its client open', async (t) => {
  const { client, domain, server, flags } = await start(t);
  await flags.getStringValue('plain', 'mine', user);
  await OpenFeature.setProviderAndWait(domain, new AssayServerProvider((await startAssay(t)).client));
  await eventually(() => server.counted.size === 1);
  assert.equal(client.getVariant('plain', 'u2'), 'treatment_a');
  assert.equal((await client.flush()).delivered, 2);
});

test('the hook records what put a user into an experiment, once, and nothing else', async (t) => {
  const { client, delivered } = await startAssay(t);
  const domain = randomUUID();
  const answer = async (key) => {
    const [reason, isIn] = key.split('-');
    const flagMetadata = isIn ? { inExperiment: isIn === 'true' } : {};
    return { value: 'treatment_b', variant: 'treatment_b', reason, flagMetadata, errorCode: reason === 'ERROR' ? 'GENERAL' : undefined };
  };
  await OpenFeature.setProviderAndWait(domain, { metadata: { name: 'stock' }, resolveStringEvaluation: answer });
  const flags = OpenFeature.getClient(domain).addHooks(exposureHook(client));
  for (const key of ['SPLIT-true', 'SPLIT-true', 'DEFAULT-false', 'TARGETING_MATCH-true', 'CACHED-false', 'ERROR-true', 'SPLIT', 'CACHED-true']) {
    await flags.getStringValue(key, 'mine', user);
  }
  await flags.getStringValue('SPLIT-true', 'mine');
  const recorded = (await delivered()).map(({ user: id, experiment, variant }) => [id, experiment, variant]);
  assert.deepEqual(recorded, ['SPLIT-true', 'SPLIT', 'CACHED-true'].map((key) => ['u1', key, 'treatment_b']));
});
