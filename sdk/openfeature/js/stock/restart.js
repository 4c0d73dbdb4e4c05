// One client before, while and after its server is away; StockOfrepIT restarts the server when the files say that it may.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';

test('the default applies while the server is away, and then its value again', { timeout: 240_000 }, async () => {
  const { ASSAY_URL: baseUrl, ASSAY_SERVER_KEY: key } = process.env;
  await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl, headers: [['Authorization', `Bearer ${key}`]] }));
  const client = OpenFeature.getClient();
  const ask = () => client.getStringDetails('words', 'none', { targetingKey: 'u123', platform: 'web' });
  const until = async (wanted) => {
    const deadline = Date.now() + 110_000;
    for (let details = await ask(); !wanted(details); details = await ask()) {
      assert.ok(Date.now() < deadline, JSON.stringify(details));
      await later(50);
    }
  };
  const before = await ask();
  assert.equal(before.reason, 'SPLIT');
  writeFileSync(process.env.BEGUN_FILE, '');
  await until((details) => details.value === 'none' && details.errorCode === 'GENERAL');
  writeFileSync(process.env.GONE_FILE, '');
  await until((details) => details.value === before.value && details.reason === 'SPLIT');
  await OpenFeature.close();
});
