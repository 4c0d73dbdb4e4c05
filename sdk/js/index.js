/** Assay for browsers and Node: experiments evaluated in place, never waiting, never throwing. */
export { createClient } from './src/client.js';
export { hideUntilReady } from './src/flicker.js';
export { anonymousId } from './src/user.js';
