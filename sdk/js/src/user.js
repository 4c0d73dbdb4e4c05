import { prepare, utf8 } from './hash.js';
import { openShelf } from './storage.js';

const MAX_BYTES = 256;

/** Neither control characters nor lone surrogates. */
const VALID = /^[^\p{Cc}\p{Cs}]+$/u;

/**
 * A user made ready for evaluation, from an id or {id, attributes}; null if the id is none. Attributes are copied, so that
 * a later change of the caller's object changes nothing here.
 */
export function prepareUser(given) {
  const { id, attributes } = typeof given === 'string' ? { id: given } : given || {};
  if (typeof id !== 'string' || !VALID.test(id)) return null;
  const bytes = utf8(id);
  return bytes.length > MAX_BYTES ? null : { id, attributes: { __proto__: null, ...attributes }, ...prepare(bytes) };
}

/** A text that nobody else has. A page that is not served securely has no randomUUID. */
export const randomId = () =>
  globalThis.crypto?.randomUUID?.() || `${Math.random()}${Math.random()}`;

let forThisPage;

/** A random user id that stays in this browser; without storage, or with null for it, one that stays as long as the page. */
export function anonymousId(storage) {
  const store = openShelf(() => storage === undefined ? localStorage : storage, 'assay:');
  const known = store.read('anonymous');
  if (prepareUser(known)) return known;
  forThisPage ??= randomId();
  store.write('anonymous', forThisPage);
  return forThisPage;
}
