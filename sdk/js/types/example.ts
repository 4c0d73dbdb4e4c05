import { anonymousId, createClient, hideUntilReady, type Assignment, type Client } from '../index.js';

const client: Client = createClient({ url: 'https://assay.example', key: 'k', user: { id: anonymousId(), attributes: { age: 7 } } });
const { source, version } = await hideUntilReady(client, { timeout: 500 });
const seen: [string, number] = [source, version];
const variant: string = client.getVariant('exp');
const assignment: Assignment = client.forUser({ id: 'u1', attributes: { platform: ['web', 'ios'] } }).getAssignment('exp');
const all: Record<string, string> = client.getAllAssignments('u1');
client.track('purchase', 49.99, { properties: { sku: 7 }, user: 'u1' });
const stop: () => void = client.onConfigChange(({ experiments }) => console.log(experiments.join()));
stop();
client.setUser('u2');
client.setOverrides({ exp: 'treatment_a' });
const { delivered } = await client.close();
console.log(seen, variant, assignment.config, assignment.isIn, all, delivered + client.stats().events.queued);

// @ts-expect-error: a user id is a text
client.getVariant('exp', 7);
// @ts-expect-error: a value is a number
client.track('purchase', '49.99');
// @ts-expect-error: an assignment does not change
assignment.variant = 'control';
