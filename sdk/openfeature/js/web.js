/** Experiments as flags for OpenFeature in browsers. */
import { OpenFeatureEventEmitter, ProviderNotReadyError } from '@openfeature/web-sdk';
import { resolve, track, userOf } from './src/flags.js';
import { News } from './src/news.js';

export { exposureHook } from './src/hook.js';

export class AssayWebProvider {
  metadata = { name: 'Assay' };
  runsOn = 'client';
  domainScoped = true;
  events = new OpenFeatureEventEmitter();
  #client;
  #news;
  #readyTimeout;
  #user = {};

  constructor(client, { readyTimeout = 2000, staleAfter = 60000 } = {}) {
    this.#client = client;
    this.#readyTimeout = readyTimeout;
    this.#news = new News(client, (event, details) => this.events.emit(event, details), staleAfter);
  }

  async initialize(context) {
    this.#take(context);
    await this.#client.ready({ timeout: this.#readyTimeout });
    if (!this.#news.begin()) throw new ProviderNotReadyError(`no snapshot within ${this.#readyTimeout} ms; it is asked for on and on`);
  }

  /** Other answers from now on; nothing has to be fetched for them. OpenFeature says so by itself, so no flag is said to change. */
  async onContextChange(_, context) {
    this.#take(context);
  }

  /** The client's own calls are about the same user. */
  #take(context) {
    this.#user = userOf(context);
    this.#news.isQuiet = true;
    this.#client.setUser(this.#user);
    this.#news.isQuiet = false;
  }

  resolveBooleanEvaluation(key, fallback) {
    return resolve(this.#client, this.#user, key, fallback, 'boolean');
  }

  resolveStringEvaluation(key, fallback) {
    return resolve(this.#client, this.#user, key, fallback, 'string');
  }

  resolveNumberEvaluation(key, fallback) {
    return resolve(this.#client, this.#user, key, fallback, 'number');
  }

  resolveObjectEvaluation(key, fallback) {
    return resolve(this.#client, this.#user, key, fallback, 'object');
  }

  track(name, _, details) {
    track(this.#client, this.#user, name, details);
  }

  /** Sends what waits. The client belongs to who made it, and stays open. */
  async onClose() {
    this.#news.end();
    await this.#client.flush();
  }
}
