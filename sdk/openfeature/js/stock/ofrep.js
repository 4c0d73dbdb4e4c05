// OpenFeature's own OFREP provider for Node, as it is published, against a running server; StockOfrepIT starts both.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { OFREPApi } from '@openfeature/ofrep-core';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import { createClient } from '../../../js/index.js';
import { exposureHook } from '../server.js';

const { ASSAY_URL: url, ASSAY_SERVER_KEY: serverKey, ASSAY_CLIENT_KEY: clientKey, ASSAY_ADMIN_KEY: adminKey } = process.env;
const web = { targetingKey: 'u123', platform: 'web' };

async function client(name, key) {
  await OpenFeature.setProviderAndWait(name, new OFREPProvider({ baseUrl: url, headers: [['X-API-Key', key]] }));
  return OpenFeature.getClient(name);
}

const flags = await client('right', serverKey);

async function assertError(client, key, context, code, message) {
  const details = await client.getStringDetails(key, 'none', context);
  assert.equal(details.value, 'none');
  assert.equal(details.reason, 'ERROR');
  assert.equal(details.errorCode, code);
  assert.match(details.errorMessage, message);
}

test('values are those that assignments give', async () => {
  const answer = await fetch(`${url}/assignments?user_id=u123&platform=web&expand=config`, { headers: { 'X-API-Key': serverKey } });
  const { assignments, configs } = await answer.json();
  const colours = await flags.getObjectDetails('colours', {}, web);
  assert.deepEqual(colours.value, configs.colours);
  assert.equal(colours.variant, assignments.colours);
  assert.equal(colours.reason, 'SPLIT');
  assert.equal(colours.flagMetadata.inExperiment, true);
  assert.equal(await flags.getStringValue('words', 'none', web), assignments.words);
});

test('an attribute that changes changes the answer', async () => {
  const other = await flags.getObjectDetails('colours', {}, { ...web, platform: 'ios' });
  assert.equal(other.variant, 'control');
  assert.equal(other.reason, 'DEFAULT');
  assert.equal(other.flagMetadata.inExperiment, false);
  const either = await flags.getObjectDetails('colours', {}, { ...web, platform: ['ios', 'web'], since: new Date() });
  assert.equal(either.reason, 'SPLIT');
});

test('what is wrong gives the default, and says what it was', async () => {
  await assertError(flags, 'nothing', web, 'FLAG_NOT_FOUND', /nothing/);
  await assertError(flags, 'planned', web, 'FLAG_NOT_FOUND', /planned/);
  await assertError(flags, 'words', { platform: 'web' }, 'TARGETING_KEY_MISSING', /targetingKey/);
  await assertError(flags, 'words', { targetingKey: 'x'.repeat(300) }, 'INVALID_CONTEXT', /user id/);
  const mistyped = await flags.getBooleanDetails('words', true, web);
  assert.equal(mistyped.value, true);
  assert.equal(mistyped.errorCode, 'TYPE_MISMATCH');
  const forbidden = await (await client('public', clientKey)).getStringDetails('words', 'none', web);
  assert.equal(forbidden.value, 'none');
  assert.equal(forbidden.errorCode, 'GENERAL');
});

test('with the hook, who was shown a variant is in the results, and who got a default is not', async (t) => {
  const recorder = createClient({ url, key: serverKey });
  t.after(() => recorder.close());
  const hooks = [exposureHook(recorder)];
  const shown = await flags.getStringDetails('words', 'none', { targetingKey: 'hooked' }, { hooks });
  assert.equal(shown.reason, 'SPLIT');
  await flags.getStringDetails('words', 'none', { targetingKey: 'hooked' }, { hooks });
  await flags.getStringDetails('words', 'none', { targetingKey: 'qa' }, { hooks });
  await flags.getObjectDetails('colours', {}, { targetingKey: 'hooked', platform: 'ios' }, { hooks });
  const { offered, delivered } = await recorder.flush();
  assert.deepEqual([offered, delivered], [1, 1]);
  const headers = { 'X-API-Key': adminKey, 'Cache-Control': 'no-cache' };
  for (const deadline = Date.now() + 90_000; ; await later(200)) {
    const { variants } = await (await fetch(`${url}/experiments/words/results`, { headers })).json();
    const counted = variants.filter(({ exposures }) => exposures).map(({ key, exposures }) => [key, exposures]);
    if (counted.length) {
      assert.deepEqual(counted, [[shown.variant, 1]]);
      break;
    }
    assert.ok(Date.now() < deadline, 'the exposure is counted');
  }
});

test('all flags are sent again only when something changed', async () => {
  const api = new OFREPApi(url);
  const ask = (etag, context = web) =>
    api.postBulkEvaluateFlags({ context }, { headers: { 'X-API-Key': clientKey, ...(etag && { 'If-None-Match': etag }) } });
  const first = await ask();
  assert.equal(first.httpStatus, 200);
  assert.deepEqual(first.value.flags.map((flag) => flag.key).sort(), ['colours', 'words']);
  const etag = first.httpResponse.headers.get('ETag');
  assert.equal((await ask(etag)).httpStatus, 304);
  assert.equal((await ask(etag, { ...web, platform: 'ios' })).httpStatus, 200);
  const killed = await fetch(`${url}/experiments/colours/kill`, { method: 'POST', headers: { 'X-API-Key': adminKey } });
  assert.equal(killed.status, 200);
  let next = await ask(etag);
  for (const deadline = Date.now() + 90_000; next.httpStatus === 304 || next.value.flags.length > 1; ) {
    assert.ok(Date.now() < deadline, 'the kill shows');
    next = await ask(etag);
  }
  await assertError(flags, 'colours', web, 'FLAG_NOT_FOUND', /colours/);
});

test('a wrong key is told so, and then to wait', async (t) => {
  // the provider leaves the body of a 401 unread, and its connection would keep this process alive
  t.after(() => globalThis[Symbol.for('undici.globalDispatcher.1')].destroy());
  const wrong = await client('wrong', 'not-a-key');
  const first = await wrong.getStringDetails('words', 'none', web);
  assert.equal(first.value, 'none');
  assert.equal(first.errorCode, 'GENERAL');
  let last = first;
  for (let i = 0; i < 30 && !/rate limit|paused/i.test(last.errorMessage); i++) {
    last = await wrong.getStringDetails('words', 'none', web);
  }
  assert.match(last.errorMessage, /rate limit exceeded, try again after|paused due to TooManyRequests/i);
  assert.equal(last.value, 'none');
  await assertError(wrong, 'words', web, 'GENERAL', /paused due to TooManyRequests until/);
});
