/** Experiments as flags for OpenFeature on servers. */
import { OpenFeatureEventEmitter, ProviderNotReadyError } from '@openfeature/server-sdk';
import { resolve, track, userOf } from './src/flags.js';
import { News } from './src/news.js';

export { exposureHook } from './src/hook.js';

export class AssayServerProvider {
  metadata = { name: 'Assay' };
  runsOn = 'server';
  events = new OpenFeatureEventEmitter();
  #client;
  #news;
  #readyTimeout;

  constructor(client, { readyTimeout = 2000, staleAfter = 60000 } = {}) {
    this.#client = client;
    this.#readyTimeout = readyTimeout;
    this.#news = new News(client, (event, details) => this.events.emit(event, details), staleAfter);
  }

  async initialize() {
    await this.#client.ready({ timeout: this.#readyTimeout });
    if (!this.#news.begin()) throw new ProviderNotReadyError(`no snapshot within ${this.#readyTimeout} ms; it is asked for on and on`);
  }

  async resolveBooleanEvaluation(key, fallback, context) {
    return resolve(this.#client, userOf(context), key, fallback, 'boolean');
  }

  async resolveStringEvaluation(key, fallback, context) {
    return resolve(this.#client, userOf(context), key, fallback, 'string');
  }

  async resolveNumberEvaluation(key, fallback, context) {
    return resolve(this.#client, userOf(context), key, fallback, 'number');
  }

  async resolveObjectEvaluation(key, fallback, context) {
    return resolve(this.#client, userOf(context), key, fallback, 'object');
  }

  track(name, context, details) {
    track(this.#client, userOf(context), name, details);
  }

  /** Sends what waits. The client belongs to who made it, and stays open. */
  async onClose() {
    this.#news.end();
    await this.#client.flush();
  }
}
